using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>Something the binary does instead of serving, with the server's services but without a server.</summary>
internal interface ICliCommand
{
    Command Command { get; }

    /// <summary>Complete command lines without the program's name, appended to the help.</summary>
    IReadOnlyList<string> Examples { get; }

    /// <summary>Printed before the reason when the command fails, such as <c>No administrator was created</c>.</summary>
    string Failure { get; }

    /// <summary>Printed instead if nothing was changed, for commands that can fail halfway.</summary>
    string Untouched => Failure;

    /// <summary>The same if something outside the command made it end.</summary>
    string Broken => Failure;

    /// <summary>Database errors need not be caught: they are reported on one line.</summary>
    Task<CommandOutcome> RunAsync(CommandRun run);
}

/// <summary>One run of a command.</summary>
/// <param name="Line">The parsed command line.</param>
/// <param name="Services">The server's services, in a scope of their own.</param>
/// <param name="Output">Where the answer goes.</param>
/// <param name="Stopping">Cancelled by Ctrl+C or when the container stops.</param>
internal sealed record CommandRun(ParseResult Line, IServiceProvider Services, Output Output, CancellationToken Stopping)
{
    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();
}
