using System.CommandLine;
using System.Text.Json.Serialization;
using AuthServer.Platform.Web;
using AuthServer.Sessions.SigningKeys;

namespace AuthServer.Cli;

/// <summary><c>keys list</c></summary>
internal sealed class KeyListCommand : ICliCommand
{
    public Command Command { get; } = new("list", "List the signing keys, newest first");

    public IReadOnlyList<string> Examples { get; } = ["keys list", "keys list --json"];

    public string Failure => "Keys cannot be listed";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        run.Output.WriteList(
            "KEY                                          ALG    STATE      PERIOD",
            await run.Get<SigningKeyList>().ListAsync(run.Stopping),
            static key =>
                $"{key.Kid}  {key.Algorithm}  {key.State,-9}  signs {key.ActivatesAt:yyyy-MM-dd} to {key.RetiresAt:yyyy-MM-dd}, "
                    + $"published until {key.ExpiresAt:yyyy-MM-dd}");
        return CommandOutcome.Done;
    }
}

/// <summary><c>keys rotate</c></summary>
internal sealed class KeyRotateCommand : ICliCommand
{
    private readonly Option<bool> _now =
        new("--now") { Description = "Let it sign at once, although other servers may not have fetched it yet" };

    public KeyRotateCommand() =>
        Command = new("rotate", "Announce the next signing key early; existing tokens stay valid") { _now };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = ["keys rotate", "keys rotate --now"];

    public string Failure => "No key was created";

    public async Task<CommandOutcome> RunAsync(CommandRun run) =>
        await KeyAnswer.RefusalAsync(run)
            ?? KeyAnswer.Of(
                run, await run.Get<SigningKeyHandover>().RotateAsync(run.Line.GetValue(_now), RequestOrigin.CommandLine, run.Stopping));
}

/// <summary><c>keys revoke</c></summary>
internal sealed class KeyRevokeCommand : ICliCommand
{
    private readonly Argument<string[]> _kids = new("kid")
    {
        Description = "The keys' names, as listed",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = static result =>
        {
            var kids = result.Tokens.Select(token => token.Value).TakeWhile(value => !CommandLineSettings.IsKey(value)).ToArray();
            result.OnlyTake(kids.Length);
            return kids;
        },
    };

    private readonly Option<bool> _all = new("--all") { Description = "All keys, if the database leaked together with SECRET_KEY" };

    public KeyRevokeCommand() =>
        Command = new(
            "revoke",
            "Revoke leaked signing keys: every access token they signed is refused within a second; sessions continue")
            {
                _kids,
                _all
            };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = ["keys revoke Nn0lPfIbYb1mBdRZpk3f5MTZ1SYkNbFIQKTzMZzEmOA", "keys revoke --all"];

    public string Failure => "No key was revoked";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var kids = run.Line.GetValue(_kids) ?? [];
        return kids.Length == 0 != run.Line.GetValue(_all)
            ? new CommandOutcome.Misused("Give either the names of keys or --all.")
            : await KeyAnswer.RefusalAsync(run)
                ?? KeyAnswer.Of(run, await run.Get<SigningKeyRevocation>().RevokeAsync(kids, RequestOrigin.CommandLine, run.Stopping));
    }
}

/// <summary>A signing key and when it starts to sign.</summary>
internal sealed record KeyAnswer(string Kid, DateTimeOffset SignsFrom)
{
    /// <summary>The revoked keys; only for <c>keys revoke</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Revoked { get; init; }

    // A key made with a root secret other than the servers' could not be decrypted by any of them.
    public static async Task<CommandOutcome?> RefusalAsync(CommandRun run) =>
        await run.Get<KeyRing>().FaultAsync(run.Stopping) is { } fault ? new CommandOutcome.Misconfigured(fault) : null;

    public static CommandOutcome Of(CommandRun run, SigningKeyChangeOutcome outcome)
    {
        switch (outcome)
        {
            case SigningKeyChangeOutcome.Changed changed:
                var revoked = changed.Revoked.Count == 0 ? "" : $"Revoked {string.Join(", ", changed.Revoked)}; ";
                var from = changed.SignsFrom > run.Get<TimeProvider>().GetUtcNow()
                    ? $"from {changed.SignsFrom:yyyy-MM-dd HH:mm} UTC"
                    : "now";
                run.Output.Write(
                    new KeyAnswer(changed.Kid, changed.SignsFrom) { Revoked = changed.Revoked.Count == 0 ? null : changed.Revoked },
                    $"{revoked}{changed.Kid} signs {from}.");
                return CommandOutcome.Done;
            case SigningKeyChangeOutcome.Unknown unknown:
                return new CommandOutcome.Failed($"There is no signing key {unknown.Kid}.", ErrorCodes.NotFound.Code);
            default:
                return new CommandOutcome.Failed(
                    "Tokens are signed with JWT_SECRET_KEY (HS256): set a new one on every replica, and restart them.");
        }
    }
}
