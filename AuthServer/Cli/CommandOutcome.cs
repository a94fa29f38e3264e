using AuthServer.Platform.Web;

namespace AuthServer.Cli;

/// <summary>What became of a command.</summary>
internal abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    public static CommandOutcome Done { get; } = new Finished();

    /// <summary>Refused for a reason that has a code of its own.</summary>
    public static CommandOutcome Refuse(ErrorCode error) => new Failed(error.Meaning, error.Code);

    public sealed record Finished : CommandOutcome;

    /// <summary>It could not be done.</summary>
    public sealed record Failed(string Reason, string? Code = null) : CommandOutcome
    {
        /// <summary>Whether it was refused before anything was begun.</summary>
        public bool IsUntouched { get; init; }
    }

    /// <summary>The line does not say what to do.</summary>
    public sealed record Misused(string Reason) : CommandOutcome;

    /// <summary>What it was started with does not fit.</summary>
    public sealed record Misconfigured(string Reason) : CommandOutcome;
}

/// <summary>How the program ends, for scripts to branch on.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Configuration = 78; // EX_CONFIG of sysexits.h
}
