using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>Asks for confirmation before an irreversible act on many accounts. Scripts pass <c>--yes</c>.</summary>
internal static class Confirmation
{
    public static Option<bool> MakeYes() => new("--yes") { Description = "Do not ask for confirmation; required without a terminal" };

    /// <summary>Null if it is confirmed.</summary>
    public static CommandOutcome? Refusal(CommandRun run, Option<bool> yes, string what)
    {
        if (run.Line.GetValue(yes))
        {
            return null;
        }

        var terminal = run.Output.Terminal;
        if (terminal.IsInputRedirected)
        {
            return new CommandOutcome.Misused($"{what} Add --yes to confirm.");
        }

        terminal.Error.Write($"{what} Type yes to continue: ");
        return terminal.In.ReadLine()?.Trim() == "yes"
            ? null
            : new CommandOutcome.Failed("Not confirmed.", "not_confirmed") { IsUntouched = true };
    }
}
