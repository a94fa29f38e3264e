using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>Something the binary does instead of serving, with the server's services but no server.</summary>
internal interface ICliCommand
{
    Command Command { get; }

    /// <summary>Does it, and answers the exit code.</summary>
    Task<int> RunAsync(ParseResult line, IServiceProvider services);
}
