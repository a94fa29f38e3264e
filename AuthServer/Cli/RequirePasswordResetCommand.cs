using System.CommandLine;
using AuthServer.Accounts.Identity;
using AuthServer.Platform.Web;

namespace AuthServer.Cli;

/// <summary><c>require-password-reset</c></summary>
internal sealed class RequirePasswordResetCommand : ICliCommand
{
    private readonly AccountSelector _whom = new();
    private readonly Option<bool> _all = new("--all") { Description = "Everybody" };
    private readonly Option<bool> _exceptAdmins = new("--except-admins") { Description = "Except platform administrators" };
    private readonly Option<bool> _yes = Confirmation.MakeYes();

    public RequirePasswordResetCommand()
    {
        Command = new(
            "require-password-reset",
            "Invalidate passwords that may have leaked: sessions end, and signing in mails a link to set a new one")
            {
                _all,
                _exceptAdmins,
                _yes
            };
        foreach (var option in _whom.Options)
        {
            Command.Add(option);
        }
    }

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } =
        [
            "require-password-reset --user dana@example.com", "require-password-reset --tenant north-clinic --yes",
            "require-password-reset --all --except-admins --yes"];

    public string Failure => "Not everybody has to set a new password";

    public string Untouched => "Nothing was done";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        if (_whom.CountIn(run.Line) + (run.Line.GetValue(_all) ? 1 : 0) != 1)
        {
            return new CommandOutcome.Misused("Give one of --all, --tenant and --user.");
        }

        var (filter, refusal) = await _whom.ReadAsync(run);
        refusal ??= _whom.NamesOne(run.Line)
            ? null
            : Confirmation.Refusal(
                run, _yes,
                $"{(filter!.TenantId is null ? "Everybody" : "All the tenant's people")} will have to set a new password with "
                    + "a mailed link.");
        if (refusal is not null)
        {
            return refusal;
        }

        var result =
            await run.Get<PasswordResetRequirement>().RequireAsync(
                filter! with { SparesAdmins = run.Line.GetValue(_exceptAdmins) }, RequestOrigin.CommandLine, run.Stopping);
        run.Output.Write(
            result,
            $"{Plural.Of(result.Accounts, "person has", "people have")} to set a new password, "
                + $"and {Plural.Of(result.Sessions, "session was", "sessions were")} ended.");
        return CommandOutcome.Done;
    }
}
