using AuthServer.Platform.Web;

namespace AuthServer.Cli;

internal abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    public static CommandOutcome Done { get; } = new Finished();

    /// <summary>A refusal that has its own error code.</summary>
    public static CommandOutcome Refuse(ErrorCode error) => new Failed(error.Meaning, error.Code);

    public sealed record Finished : CommandOutcome;

    public sealed record Failed(string Reason, string? Code = null) : CommandOutcome
    {
        /// <summary>Whether it failed before anything was changed.</summary>
        public bool IsUntouched { get; init; }

        /// <summary>Whether something outside the command made it end, such as the database.</summary>
        public bool IsBroken { get; init; }
    }

    /// <summary>The arguments are wrong.</summary>
    public sealed record Misused(string Reason) : CommandOutcome;

    /// <summary>The configuration does not fit.</summary>
    public sealed record Misconfigured(string Reason) : CommandOutcome;
}

/// <summary>Exit codes, for scripts.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Configuration = 78; // EX_CONFIG of sysexits.h
}
