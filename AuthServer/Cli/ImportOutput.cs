using System.Globalization;
using AuthServer.Domain;
using AuthServer.Import;
using AuthServer.Platform.Persistence;
using Spectre.Console;

namespace AuthServer.Cli;

/// <summary>
/// The output of an import: a line for each row that needs attention (in a dry run, for every row), then a table; on a terminal
/// also a progress bar. Addresses are masked, because standard output ends up in logs. Links are never printed.
/// </summary>
internal sealed class ImportOutput(Output output, ImportRequest request)
{
    // On a terminal they are printed after the progress bar, where nobody would read more of them.
    private const int MostLines = 500;

    private readonly List<RowResult> _waiting = [];
    private long _untold;

    private bool HasBar { get; } = !output.IsJson && !output.Terminal.IsOutputRedirected;

    public async Task<ImportOutcome> WhileAsync(Func<ImportWatch, Task<ImportOutcome>> import)
    {
        if (!HasBar)
        {
            return await import(new ImportWatch { Begun = Begin, Provided = Tell });
        }

        var outcome =
            await AnsiConsole
                .Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output.Terminal.Error) })
                .Progress()
                .HideCompleted(true)
                .StartAsync(async bar =>
        {
            var task = bar.AddTask("Rows", autoStart: true);
            return await import(
                new ImportWatch
                {
                    Begun = (rows, ignored) => { Begin(rows, ignored); task.MaxValue = Math.Max(rows, 1); },
                    Provided = result => { Hold(result); task.Increment(1); }
                });
        });
        _waiting.ForEach(Tell);
        if (_untold > 0)
        {
            output.Note($"… and {_untold} more: --report writes them all to a file.");
        }

        return outcome;
    }

    public CommandOutcome Sum(ImportSummary summary)
    {
        if (output.IsJson)
        {
            output.Write(ImportSummaryAnswer.Of(summary, request.IsDryRun), "");
            return CommandOutcome.Done;
        }

        var table = new Table { Border = TableBorder.Ascii, ShowHeaders = false }.AddColumns("What", "Rows");
        foreach (var (what, count) in Lines(summary))
        {
            table.AddRow(Markup.Escape(what), count.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output.Terminal.Out) }).Write(table);
        if (summary.WaitingForLink > 0)
        {
            output.Note("To give a link to those who await one, run the import again with --send or --links-out.");
        }

        return CommandOutcome.Done;
    }

    private void Begin(long rows, IReadOnlyList<string> ignored)
    {
        output.Note($"{rows} rows.{(request.IsDryRun ? " Nothing will be changed; this is what would happen." : "")}");
        if (ignored.Count > 0)
        {
            output.Note($"These columns are ignored: {string.Join(", ", ignored)}.");
        }
    }

    private void Hold(RowResult result)
    {
        if (_waiting.Count < MostLines && IsWorthALine(result))
        {
            _waiting.Add(result);
        }
        else if (IsWorthALine(result))
        {
            _untold++;
        }
    }

    private void Tell(RowResult result)
    {
        if (output.IsJson || IsWorthALine(result))
        {
            var answer = ImportRowAnswer.Of(result);
            string?[] parts =
                [answer.Result, answer.Reason, answer.LegacyId, answer.Email, answer.Note, string.Join("; ", answer.Warnings)];
            output.Write(
                answer, $"row {answer.Row}: {string.Join("  ", parts.Where(part => !string.IsNullOrEmpty(part)))}");
        }
    }

    private bool IsWorthALine(RowResult result) =>
        request.IsDryRun || result.Outcome is RowOutcome.Skipped or RowOutcome.Merged || result.Warnings.Count > 0;

    private IEnumerable<(string What, long Count)> Lines(ImportSummary summary) =>
    [
        ("rows", summary.Rows), ("created", summary.Created), ("merged (another clinic)", summary.Merged),
            ("unchanged", summary.Unchanged), ("skipped", summary.Skipped),
        .. summary.Reasons.OrderByDescending(reason => reason.Value).Select(reason => ($"  {reason.Key}", reason.Value)),
        ("warnings", summary.Warnings), ("clinics opened", summary.Tenants), ("licences to verify", summary.Licences),
            ("with their previous password", summary.WithPassword),
        (request.Sends ? "links mailed" : "links written", summary.LinksGiven), ("await a link", summary.WaitingForLink),
            ("references to patients, not imported", summary.PatientReferences),
    ];
}

/// <summary>A row, with <c>--json</c>.</summary>
internal sealed record ImportRowAnswer(
    long Row, string? LegacyId, string? Email, string Result, string? Reason, string? Note, IReadOnlyList<string> Warnings)
{
    public static ImportRowAnswer Of(RowResult result) =>
        new(
            result.Row, Masked(result.LegacyId), Masked(result.Email), SnakeCase.Of(result.Outcome), result.Reason, result.Note,
            result.Warnings);

    private static string? Masked(string? text) => text?.Contains('@', StringComparison.Ordinal) == true ? EmailAddress.Mask(text) : text;
}

/// <summary>The summary, with <c>--json</c>.</summary>
internal sealed record ImportSummaryAnswer(bool DryRun, long Rows, long Created, long Merged, long Unchanged, long Skipped, long Warnings)
{
    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    public required long Tenants { get; init; }

    public required long Licences { get; init; }

    public required long WithPassword { get; init; }

    public required long LinksGiven { get; init; }

    public required long WaitingForLink { get; init; }

    public required long PatientReferences { get; init; }

    public required IReadOnlyList<string> IgnoredColumns { get; init; }

    public static ImportSummaryAnswer Of(ImportSummary summary, bool isDryRun) =>
        new(isDryRun, summary.Rows, summary.Created, summary.Merged, summary.Unchanged, summary.Skipped, summary.Warnings)
        {
            Reasons = summary.Reasons,
            Tenants = summary.Tenants,
            Licences = summary.Licences,
            WithPassword = summary.WithPassword,
            LinksGiven = summary.LinksGiven,
            WaitingForLink = summary.WaitingForLink,
            PatientReferences = summary.PatientReferences,
            IgnoredColumns = summary.IgnoredColumns,
        };
}
