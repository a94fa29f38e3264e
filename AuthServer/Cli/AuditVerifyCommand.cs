using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AuthServer.AuditTrail;

namespace AuthServer.Cli;

/// <summary><c>audit verify</c></summary>
internal sealed class AuditVerifyCommand : ICliCommand
{
    private readonly Option<string?> _head =
        new("--head") { Description = "A file of heads kept elsewhere, one per line, that all have to be in the chain" };

    public AuditVerifyCommand() =>
        Command = new("verify", "Verify every event and every seal, and report the first that was changed") { _head };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = [
        "audit verify", "audit verify --head /mnt/elsewhere/heads.jsonl", "audit verify --json"];

    public string Failure => "The audit log was changed";

    public string Untouched => "Nothing was verified";

    public string Broken => "The audit log was not verified";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var path = run.Line.GetValue(_head);
        if (path is not null && !File.Exists(path))
        {
            return new CommandOutcome.Misused($"There is no file {path}.");
        }

        var watch = new Watch(run.Output);
        AuditVerdict verdict;
        try
        {
            var heads = path is null ? AsyncEnumerable.Empty<string>() : File.ReadLinesAsync(path, run.Stopping);
            verdict = await run.Get<AuditVerification>().VerifyAsync(heads, watch, run.Stopping);
        }
        catch (Exception exception) when (exception is UnreadableCheckpointException or IOException or UnauthorizedAccessException)
        {
            return new CommandOutcome.Misused($"{path}: {exception.Message}");
        }

        var answer = AuditCheckAnswer.Of(verdict, watch.Elapsed);
        run.Output.Write(answer, answer.ToText(isHeadGiven: path is not null));
        return verdict.Fault is { } fault ? new CommandOutcome.Failed(fault.Message, fault.Kind) : CommandOutcome.Done;
    }

    // Reports synchronously, unlike Progress<T>, so that the lines stay in order.
    private sealed class Watch(Output output) : IProgress<AuditCounts>
    {
        private const long Step = 250_000;

        private readonly long _since = Stopwatch.GetTimestamp();
        private long _next = Step;

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_since);

        public void Report(AuditCounts value)
        {
            if (value.Events >= _next)
            {
                _next = value.Events + Step;
                output.Note(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{value.Events:N0} events, {value.Seals:N0} seals, {value.Events / Elapsed.TotalSeconds:N0} events a second"));
            }
        }
    }
}

/// <summary>The <c>--json</c> form of an <see cref="AuditVerdict"/>.</summary>
internal sealed record AuditCheckAnswer(
    bool Ok, long Events, long Seals, long Erased, long RemovedBatches, long RemovedEvents, long Unsealed)
{
    public required long KeptHeads { get; init; }

    public required double Seconds { get; init; }

    public required AuditCheckpoint? Head { get; init; }

    public required AuditFault? Fault { get; init; }

    public static AuditCheckAnswer Of(AuditVerdict verdict, TimeSpan time) =>
        new(
            verdict.Fault is null, verdict.Counts.Events, verdict.Counts.Seals, verdict.Counts.Erased, verdict.Counts.RemovedBatches,
            verdict.Counts.RemovedEvents, verdict.Counts.Unsealed)
        {
            KeptHeads = verdict.Counts.KeptHeads,
            Seconds = Math.Round(time.TotalSeconds, 2),
            Head = verdict.Head,
            Fault = verdict.Fault,
        };

    private string Speed =>
        Events > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({Events / Math.Max(Seconds, 0.01):N0} a second)") : "";

    private string HeadsFound => $"\n  {Count(KeptHeads, "head")} kept elsewhere found in the chain";

    public string ToText(bool isHeadGiven) => string.Create(CultureInfo.InvariantCulture, $"""
        {(Ok ? "The audit log is intact." : "Verified until then:")}
          {Count(Events, "event")} under {Count(Seals, "seal")}, in {Seconds:N1} s{Speed}
          {Erased:N0} of them without personal data, because the person was erased
          {Count(RemovedEvents, "event")} of {Count(RemovedBatches, "seal")} removed after the retention period
          {Count(Unsealed, "event")} not sealed yet{(isHeadGiven ? HeadsFound : "")}
          the chain ends with {(Head is null ? "nothing" : $"seal {Head.Seal}, event {Head.LastEventId}")}
        """);

    private static string Count(long count, string one) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {one}{(count == 1 ? "" : "s")}");
}
