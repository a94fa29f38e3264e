using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;

namespace AuthServer.Cli;

/// <summary><c>sessions revoke-all</c></summary>
internal sealed class SessionRevokeAllCommand : ICliCommand
{
    private readonly AccountSelector _whom = new();
    private readonly Option<bool> _yes = Confirmation.MakeYes();

    public SessionRevokeAllCommand()
    {
        Command = new(
            "revoke-all",
            "End the sessions of everybody, of a tenant's people, or of one person: "
                + "access and refresh tokens stop working on every replica") { _yes };
        foreach (var option in _whom.Options)
        {
            Command.Add(option);
        }
    }

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = [
        "sessions revoke-all --user dana@example.com", "sessions revoke-all --tenant north-clinic --yes", "sessions revoke-all --yes"];

    public string Failure => "Not all sessions were ended";

    public string Untouched => "Nothing was done";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        if (_whom.CountIn(run.Line) > 1)
        {
            return new CommandOutcome.Misused("Give --user or --tenant, not both.");
        }

        var (filter, refusal) = await _whom.ReadAsync(run);
        refusal ??= _whom.NamesOne(run.Line)
            ? null
            : Confirmation.Refusal(
                run, _yes, $"{(filter!.TenantId is null ? "Everybody" : "All the tenant's people")} will have to sign in again.");
        if (refusal is not null)
        {
            return refusal;
        }

        var count = await run.Get<MassRevocation>().EndAsync(filter!, RequestOrigin.CommandLine, run.Stopping);
        run.Output.Write(new CountAnswer(count), $"{Plural.Of(count, "session was", "sessions were")} ended.");
        return CommandOutcome.Done;
    }
}
