using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Staff.Support;
using AuthServer.Staff.Users;

namespace AuthServer.Cli;

/// <summary>A command on one account, named by id or e-mail address.</summary>
internal sealed class UserCommand : ICliCommand
{
    private readonly Argument<string> _whom = new("id-or-email") { Description = "The account" };
    private readonly Func<Target, Task<CommandOutcome?>> _act;

    private UserCommand(
        string name, string description, string failure, Func<Target, Task<CommandOutcome?>> act, params ReadOnlySpan<Option> options)
    {
        Command = new(name, description) { _whom };
        foreach (var option in options)
        {
            Command.Add(option);
        }

        (Failure, _act, Examples) = (failure, act, [$"users {name} dana@example.com"]);
    }

    public Command Command { get; }

    public IReadOnlyList<string> Examples { get; private init; }

    public string Failure { get; }

    public static UserCommand Show() =>
        new("show", "Show an account", "The account cannot be shown", static _ => Task.FromResult<CommandOutcome?>(null));

    public static UserCommand Unlock() => new("unlock", "Lift the lock set by wrong passwords", "The account was not unlocked",
        static target => RefusedAsync(target.Run.Get<AccountUnlock>().UnlockAsync(target.Call, target.Id, null)));

    public static UserCommand Reset() => new("reset", "Mail a password reset link", "No link was mailed",
        static async target => await target.Run.Get<ResetAssistance>().AskAsync(target.Call, target.Id, null) switch
        {
            AssistanceOutcome.Sent => null,
            AssistanceOutcome.Refused refused => CommandOutcome.Refuse(refused.Error),
            _ => CommandOutcome.Refuse(ErrorCodes.RateLimited),
        });

    public static UserCommand Enable()
    {
        var restore = new Option<bool>("--restore-api-keys")
        {
            Description = "Let the person's API keys work again; otherwise they end, because an intruder may have made some",
        };
        return new("enable", "Enable an account again", "The account was not enabled", async target =>
        {
            var request = new EnableRequest(target.Run.Line.GetValue(restore));
            switch (await target.Run.Get<AccountSuspension>().EnableAsync(target.Call, target.Id, request))
            {
                case EnableOutcome.Refused refused:
                    return CommandOutcome.Refuse(refused.Reason);
                case EnableOutcome.Enabled enabled:
                    target.EndedKeys = enabled.EndedApiKeys;
                    return null;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }, restore)
        {
            Examples = ["users enable dana@example.com", "users enable dana@example.com --restore-api-keys"],
        };
    }

    public static UserCommand Disable()
    {
        var reason = new Option<string>("--reason") { Description = "The reason, for staff to read", Required = true };
        var until = TimeOption.Make(
            "--until", "When it is enabled again automatically, such as 2027-01-01T08:00Z; if omitted, it stays disabled");
        return new("disable", "Disable an account; its sessions end at once", "The account was not disabled", async target =>
        {
            var request = new DisableRequest(target.Run.Line.GetValue(reason), target.Run.Line.GetValue(until));
            return Faults.In(request) is { } fault ? new CommandOutcome.Misused(fault)
                : await target.Run.Get<AccountSuspension>().DisableAsync(target.Call, target.Id, request) is not { } problem ? null
                : problem.Error == ErrorCodes.ValidationFailed ? new CommandOutcome.Misused("--until must be in the future.")
                : CommandOutcome.Refuse(problem.Error);
        }, reason, until)
        {
            Examples = [
                "users disable dana@example.com --reason \"Left the clinic.\"",
                "users disable dana@example.com --reason \"On leave.\" --until 2027-01-01T08:00Z"],
        };
    }

    public static UserCommand Roles()
    {
        var roles = RoleOption.Make("The complete list of the person's roles");
        var tenant =
            new Option<string?>(
                "--tenant")
            { Description = "Slug of the tenant where they apply; without any role the membership ends" };
        roles.Required = true;
        return new("roles", "Set a person's roles on the platform or at a tenant", "The roles were not changed", async target =>
        {
            var request = new RolesRequest(RoleOption.Read(target.Run.Line.GetValue(roles)), target.Run.Line.GetValue(tenant));
            return Faults.In(request) is { } fault ? new CommandOutcome.Misused(fault)
                : await RefusedAsync(target.Run.Get<RoleChange>().ChangeAsync(target.Call, target.Id, request));
        }, roles, tenant)
        {
            Examples = [
                "users roles dana@example.com --roles support",
                "users roles dana@example.com --roles admin,physician --tenant north-clinic",
                "users roles dana@example.com --roles none --tenant north-clinic"],
        };
    }

    public static UserCommand Delete()
    {
        var yes = Confirmation.MakeYes();
        return new(
            "delete", "Erase an account at once with its personal data; its sessions end", "The account was not deleted",
            async target =>
            Confirmation.Refusal(target.Run, yes, "The account cannot be restored.")
            ?? await RefusedAsync(target.Run.Get<AccountDeletion>().DeleteAsync(target.Call, target.Id)), yes)
        {
            Examples = ["users delete dana@example.com --yes"],
        };
    }

    public async Task<CommandOutcome> RunAsync(CommandRun run)
    {
        var scope = AccountSelector.Scope(run);
        if (await AccountSelector.FindAsync(run, run.Line.GetValue(_whom)!) is not { } id
            || await run.Get<UserRecords>().FindAsync(id, scope, run.Stopping) is not { } before)
        {
            return AccountSelector.Missing("such account");
        }

        var target = new Target(run, AccountSelector.Call(run, scope), $"{id}");
        if (await _act(target) is { } refusal)
        {
            return refusal;
        }

        var after = await run.Get<UserRecords>().FindAsync(id, scope, run.Stopping);
        // An erased account is shown as it was before.
        Write(run.Output, target, after ?? before, after is null ? $"Erased {UserText.NameOf(before)} ({id})." : UserText.Of(after));
        return CommandOutcome.Done;
    }

    private static async Task<CommandOutcome?> RefusedAsync(Task<ErrorCode?> acting) =>
        await acting is not { } refusal
            ? null
            : refusal == ErrorCodes.NotFound ? AccountSelector.Missing("such account or tenant") : CommandOutcome.Refuse(refusal);

    private static void Write(Output output, Target target, UserRecord record, string text)
    {
        if (target.EndedKeys is not { } ended)
        {
            output.Write(record, text);
            return;
        }

        output.Write(new EnabledUser(record, ended), text);
        output.Note($"{Plural.Of(ended, "API key", "API keys")} of this account ended.");
    }

    private sealed record Target(CommandRun Run, StaffCall Call, string Id)
    {
        /// <summary>How many API keys ended when the account was enabled.</summary>
        public int? EndedKeys { get; set; }
    }
}
