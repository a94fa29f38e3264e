using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>Something the binary does instead of serving, with the server's services but no server.</summary>
internal interface ICliCommand
{
    /// <summary>Its name, options and description.</summary>
    Command Command { get; }

    /// <summary>Whole lines as they are typed, without the program's name. They end its help.</summary>
    IReadOnlyList<string> Examples { get; }

    /// <summary>What has to be said before the reason where it was not done, such as <c>No administrator was made</c>.</summary>
    string Failure { get; }

    /// <summary>The same where nothing was begun, for a command that can end half done.</summary>
    string Untouched => Failure;

    /// <summary>Runs it. Database errors need not be caught: they are reported on one line.</summary>
    Task<CommandOutcome> RunAsync(CommandRun run);
}

/// <summary>One run of a command.</summary>
/// <param name="Line">What was typed.</param>
/// <param name="Services">The server's services, in a scope of this run's own.</param>
/// <param name="Output">Where the answer goes.</param>
/// <param name="Stopping">Ctrl+C, or the container's stop.</param>
internal sealed record CommandRun(ParseResult Line, IServiceProvider Services, Output Output, CancellationToken Stopping)
{
    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();
}
