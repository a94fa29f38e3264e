using System.CommandLine;
using AuthServer.AuditTrail;

namespace AuthServer.Cli;

/// <summary><c>audit head</c></summary>
internal sealed class AuditHeadCommand : ICliCommand
{
    public Command Command { get; } =
        new("head", "Print the end of the chain of seals, to be kept elsewhere, and beside it the public key it is signed with");

    public IReadOnlyList<string> Examples { get; } = ["audit head", "audit head >> /mnt/elsewhere/heads.jsonl", "audit head --json"];

    public string Failure => "There is no head";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        if (await run.Get<CheckpointQuery>().FindAsync(run.Stopping) is not { } head)
        {
            return new CommandOutcome.Failed("Nothing is sealed yet.");
        }

        var key = run.Get<CheckpointQuery>().FindPublicKey(head);
        // The line alone, so that a file of them is what `audit verify --head` takes.
        run.Output.Write(new AuditHeadAnswer(head, key), head.ToJson());
        run.Output.Note(key ?? "The key it is signed with is not known here any more.");
        return CommandOutcome.Done;
    }
}

/// <summary>The end of the chain.</summary>
/// <param name="Head">The newest seal.</param>
/// <param name="PublicKey">In PEM; null where the key is not known any more.</param>
internal sealed record AuditHeadAnswer(AuditCheckpoint Head, string? PublicKey);
