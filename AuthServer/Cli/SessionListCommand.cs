using System.CommandLine;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using AuthServer.Staff.Support;

namespace AuthServer.Cli;

/// <summary><c>sessions list</c></summary>
internal static class SessionListCommand
{
    private const int PageSize = 100;

    public static ICliCommand Make()
    {
        var whom = new Option<string>("--user") { Description = "Id or e-mail address of the account", Required = true };
        return new PlainCommand(
            new Command("list", "List somebody's sessions, newest first") { whom }, "Sessions cannot be listed",
            run => ListAsync(run, run.Line.GetValue(whom)!), "sessions list --user dana@example.com");
    }

    private static async Task<CommandOutcome> ListAsync(CommandRun run, string whom)
    {
        if (await AccountSelector.FindAsync(run, whom) is not { } id)
        {
            return AccountSelector.Missing("such account");
        }

        var call = AccountSelector.Call(run, AccountSelector.Scope(run));
        var request = new PageRequest<Guid>(Limit: PageSize);
        Page<SessionView> page;
        do
        {
            switch (await run.Get<SessionsOfOthers>().ListAsync(call, $"{id}", request))
            {
                case SessionsOutcome.Listed listed:
                    page = listed.Page;
                    break;
                case var refused:
                    return CommandOutcome.Refuse(((SessionsOutcome.Refused)refused).Error);
            }

            run.Output.WriteList(
                "ID                                    BEGUN (UTC)       LAST USED (UTC)   ADDRESS  DEVICE", page.Items, TextOf);
            request = request with { After = page.Next };
        }
        while (page.Next is not null);

        run.Output.Note($"{Plural.Of(page.Total, "session", "sessions")}.");
        return CommandOutcome.Done;
    }

    private static string TextOf(SessionView session) =>
        $"{session.Id}  {session.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm}  {session.LastUsedAt.UtcDateTime:yyyy-MM-dd HH:mm}  "
            + $"{session.Ip ?? "unknown"}  {session.DeviceName ?? session.UserAgent ?? "unknown"}";
}
