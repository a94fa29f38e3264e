using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Staff.Invitations;
using AuthServer.Staff.Users;

namespace AuthServer.Cli;

/// <summary><c>users invite</c></summary>
internal sealed class UserInviteCommand : ICliCommand
{
    private readonly Argument<string> _email =
        new("email") { Description = "The e-mail address for the invitation and for signing in" };
    private readonly Option<string?> _fullName = new("--full-name") { Description = "The name shown to other people" };
    private readonly Option<string?> _userName = new("--username") { Description = "A user name to sign in with as well" };
    private readonly Option<string?> _locale = new("--locale") { Description = "Language of mails and pages, such as he" };
    private readonly Option<string?> _roles =
        RoleOption.Make("The person's roles at the tenant or, without one, on the platform; patient if omitted");
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Slug of the tenant to add the person to" };

    public UserInviteCommand() =>
        Command = new(
            "invite", "Create an account whose password is set with a mailed link")
            {
                _email,
                _fullName,
                _userName,
                _locale,
                _roles,
                _tenant
            };

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; } = [
        "users invite dana@example.com --full-name \"Dana Levi\"",
        "users invite noa@example.com --roles physician --tenant north-clinic --locale he"];

    public string Failure => "Nobody was invited";

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var line = run.Line;
        var request =
            new InviteRequest(
                line.GetValue(_email), line.GetValue(_fullName), line.GetValue(_userName), line.GetValue(_locale),
                RoleOption.Read(line.GetValue(_roles)), line.GetValue(_tenant));
        if (Faults.In(request) is { } fault)
        {
            return new CommandOutcome.Misused(fault);
        }

        var scope = AccountSelector.Scope(run);
        switch (await run.Get<Invitation>().InviteAsync(AccountSelector.Call(run, scope), request))
        {
            case InvitationOutcome.Invited invited:
                var user = (await run.Get<UserRecords>().FindAsync(invited.UserId, scope, run.Stopping))!;
                run.Output.Write(user, UserText.Of(user));
                return CommandOutcome.Done;
            case InvitationOutcome.Refused refused:
                return refused.Reason == ErrorCodes.NotFound
                    ? AccountSelector.Missing("such tenant")
                    : CommandOutcome.Refuse(refused.Reason);
            default:
                return CommandOutcome.Refuse(ErrorCodes.RateLimited);
        }
    }
}

/// <summary>Parses roles separated by commas, or <c>none</c>.</summary>
internal static class RoleOption
{
    public static Option<string?> Make(string description) =>
        new("--roles") { Description = $"{description}: patient, physician, admin, support, separated by commas" };

    public static IReadOnlyList<string?>? Read(string? text) =>
        text is null ? null : text == "none" ? [] : text.Split(',', StringSplitOptions.TrimEntries);
}
