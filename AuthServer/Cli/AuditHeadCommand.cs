using System.CommandLine;
using AuthServer.AuditTrail;

namespace AuthServer.Cli;

/// <summary><c>audit head</c></summary>
internal sealed class AuditHeadCommand : ICliCommand
{
    public Command Command { get; } =
        new("head", "Print the end of the chain of seals, to be kept elsewhere, and the public key that verifies its signature");

    public IReadOnlyList<string> Examples { get; } = ["audit head", "audit head >> /mnt/elsewhere/heads.jsonl", "audit head --json"];

    public string Failure => "There is no head";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        if (await run.Get<CheckpointQuery>().FindAsync(run.Stopping) is not { } head)
        {
            return new CommandOutcome.Failed("Nothing has been sealed yet.");
        }

        var key = run.Get<CheckpointQuery>().FindPublicKey(head);
        // Only the line, so that a file of such lines can be passed to `audit verify --head`.
        run.Output.Write(new AuditHeadAnswer(head, key), head.ToJson());
        run.Output.Note(key ?? "The key it was signed with is no longer known here.");
        return CommandOutcome.Done;
    }
}

/// <summary>The end of the chain, and the public key in PEM; null if the key is no longer known.</summary>
internal sealed record AuditHeadAnswer(AuditCheckpoint Head, string? PublicKey);
