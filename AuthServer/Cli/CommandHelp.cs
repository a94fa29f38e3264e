using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AuthServer.Cli;

/// <summary>Appends examples and exit codes to the library's help.</summary>
internal sealed class CommandHelp(HelpAction help, Func<Command, IEnumerable<string>> more) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = help.Invoke(parseResult);
        foreach (var line in more(parseResult.CommandResult.Command))
        {
            parseResult.InvocationConfiguration.Output.WriteLine(line);
        }

        return result;
    }
}
