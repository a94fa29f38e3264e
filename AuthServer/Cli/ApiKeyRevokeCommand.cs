using System.CommandLine;
using AuthServer.Domain;
using AuthServer.Staff.Access;
using AuthServer.Staff.ApiKeys;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Cli;

/// <summary><c>api-keys revoke</c></summary>
internal sealed class ApiKeyRevokeCommand : ICliCommand
{
    private const string FromStandardInput = "-";

    private readonly Argument<string> _which =
        new("id-or-key")
        {
            Description = "The key's id, the key itself, or - to read either from standard input, so that it does not "
            + "appear in the shell's history"
        };

    public ApiKeyRevokeCommand() =>
        Command = new("revoke", "Revoke a leaked API key: it and its access tokens are refused within a second") { _which };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = ["api-keys revoke 0197e0a4-7c1e-7d3b-9a55-3f1f0c2d4e5a", "api-keys revoke -"];

    public string Failure => "No API key was revoked";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var text = Read(run);
        var key = ApiKeyText.FindIn(text);
        if ((key?.Id ?? (Guid.TryParseExact(text, "D", out var given) ? given : null)) is not { } id)
        {
            // Do not echo the input: it may be a mistyped key.
            return new CommandOutcome.Misused("That is neither the id of an API key nor a complete key (as_…).");
        }

        return await RevokeAsync(run, id, key);
    }

    private string Read(CommandRun run)
    {
        var text = run.Line.GetValue(_which)!;
        if (text != FromStandardInput)
        {
            return text.Trim();
        }

        if (!run.Output.Terminal.IsInputRedirected)
        {
            run.Output.Note("The key, or its id:");
        }

        return run.Output.Terminal.In.ReadLine()?.Trim() ?? "";
    }

    private static async Task<CommandOutcome> RevokeAsync(CommandRun run, Guid id, ApiKeyText? text)
    {
        var scope = AccountSelector.Scope(run);
        var before = await scope.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == id, run.Stopping);
        // Otherwise anybody who knows an id could invent a key and trick an operator into revoking the real one.
        if (before is not null && text?.Fits(before.SecretHash) == false)
        {
            return new CommandOutcome.Failed(
                $"The id is that of {before.Name}, but the secret is not: this key was never valid. "
                    + $"To revoke {before.Name} anyway, give its id, {id}.");
        }

        if (before is null || !await run.Get<ApiKeyRevocation>().RevokeAsync($"{id}", AccountSelector.Call(run, scope)))
        {
            return AccountSelector.Missing("such API key");
        }

        await WriteAsync(run, scope, id, wasRevoked: before.RevokedAt is not null);
        return CommandOutcome.Done;
    }

    private static async Task WriteAsync(CommandRun run, StaffScope scope, Guid id, bool wasRevoked)
    {
        var now = await scope.ApiKeys.AsNoTracking().SingleAsync(key => key.Id == id, run.Stopping);
        var key = await scope.ShowAsync(now, run.Get<TimeProvider>().GetUtcNow(), run.Stopping);
        run.Output.Write(key, $"{(wasRevoked ? "Already revoked:" : "Revoked")} {key.Name} ({key.Id}), {ApiKeyLine.WhereOf(key)}.");
    }
}
