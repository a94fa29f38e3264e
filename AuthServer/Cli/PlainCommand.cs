using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>A command that is one operation: its options are read where it runs.</summary>
internal sealed class PlainCommand(
    Command command, string failure, Func<CommandRun, Task<CommandOutcome>> act, params string[] examples) : ICliCommand
{
    public Command Command => command;

    public IReadOnlyList<string> Examples => examples;

    public string Failure => failure;

    public Task<CommandOutcome> RunAsync(CommandRun run) => act(run);
}
