using System.CommandLine;
using System.IO.Pipelines;
using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.AuditSearch;

namespace AuthServer.Cli;

/// <summary><c>audit export</c></summary>
internal sealed class AuditExportCommand : ICliCommand
{
    private readonly Option<string?> _user = new("--user") { Description = "The id of the account concerned" };
    private readonly Option<string?> _actor = new("--actor") { Description = "The id of the person or API key that acted" };
    private readonly Option<string?> _type = new("--type") { Description = "The type of event, such as session.started or user.*" };
    private readonly Option<string?> _from = new("--from") { Description = "Not before this time, such as 2026-11-21T08:30:00Z" };
    private readonly Option<string?> _to = new("--to") { Description = "Before this time" };
    private readonly Option<string?> _outcome = new("--outcome") { Description = "success or failure" };
    private readonly Option<string?> _out =
        new("--out") { Description = "A file that does not exist yet (mode 0600); if omitted, standard output" };

    public AuditExportCommand() =>
        Command = new(
            "export", "Write events as JSON lines, oldest first; it is audited") { _user, _actor, _type, _from, _to, _outcome, _out };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } =
        [
            "audit export --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --out november.jsonl",
            "audit export --user 0197e0a4-7c1e-7d3b-9a55-3f1f0c2d4e5a --type \"session.*\"", "audit export --outcome failure"];

    public string Failure => "The export is incomplete";

    public string Untouched => "Nothing was done";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var line = run.Line;
        var selection =
            new AuditSelection
            {
                User = line.GetValue(_user),
                Actor = line.GetValue(_actor),
                Type = line.GetValue(_type),
                From = line.GetValue(_from),
                To = line.GetValue(_to),
                Outcome = line.GetValue(_outcome),
            };
        var errors = new FieldErrors();
        ((IValidated)selection).Validate(errors);
        if (errors.Any)
        {
            return new CommandOutcome.Misused(
                string.Join(
                    ' ',
                    errors.Messages.Select(
                        error =>
                            $"--{error.Key}: "
                            + string.Join(' ', error.Value).Replace(AuditSelection.UrlAdvice, "", StringComparison.Ordinal))));
        }

        if (line.GetValue(_out) is { } taken && Path.Exists(taken))
        {
            return new CommandOutcome.Failed($"{taken} already exists.") { IsUntouched = true };
        }

        try
        {
            var count = line.GetValue(_out) is { } path
                ? await ToFileAsync(run, selection, path)
                : await ToAsync(run, selection, run.Output.Terminal.OpenOut());
            run.Output.Note($"{Plural.Of(count, "event was", "events were")} exported.");
            return CommandOutcome.Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new CommandOutcome.Failed(exception.Message);
        }
    }

    // Written under another name until it is complete.
    private static async Task<long> ToFileAsync(CommandRun run, AuditSelection selection, string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var part = $"{path}.part";
        File.Delete(part);
        long count;
        await using (var file = new FileStream(part, options))
        {
            count = await ToAsync(run, selection, file);
        }

        File.Move(part, path);
        return count;
    }

    private static async Task<long> ToAsync(CommandRun run, AuditSelection selection, Stream stream)
    {
        var (db, filter) = (run.Get<AuthDbContext>(), selection.Read());
        db.Audit(
            AuditEvents.AuditExported, run.Get<TimeProvider>().GetUtcNow(), RequestOrigin.CommandLine, actor: null,
            filter.User ?? filter.Actor, detail: selection.ToString());
        await db.SaveChangesAsync(run.Stopping);
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        var count = await run.Get<AuditExport>().WriteAsync(db.AuditEvents, filter, output, Timeout.InfiniteTimeSpan, run.Stopping);
        await output.CompleteAsync();
        return count;
    }
}
