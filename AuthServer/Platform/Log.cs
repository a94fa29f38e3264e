namespace AuthServer.Platform;

internal static partial class Log
{
    [LoggerMessage(EventId = 1000, Level = LogLevel.Error, Message = "Unhandled error in {Method} {Route}")]
    public static partial void Unhandled(ILogger logger, Exception exception, string method, string? route);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning, Message = "Requests are answered with 503: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, string reason);

    [LoggerMessage(
        EventId = 1006, Level = LogLevel.Warning,
        Message = "The database has been away for {Seconds} s; {Failures} attempts to use it failed")]
    public static partial void DatabaseStillAway(ILogger logger, int seconds, int failures);

    [LoggerMessage(
        EventId = 1007, Level = LogLevel.Information,
        Message = "The database is back after {Seconds} s; {Failures} attempts to use it failed")]
    public static partial void DatabaseBack(ILogger logger, int seconds, int failures);

    [LoggerMessage(
        EventId = 1002, Level = LogLevel.Warning,
        Message = "The LISTEN connection to the database is down; asking the database on every request until it is back")]
    public static partial void LineLost(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Warning, Message = "Old rows could not be deleted")]
    public static partial void CleanupFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1005, Level = LogLevel.Warning, Message = "{Job} failed; it will be tried again")]
    public static partial void JobFailed(ILogger logger, string job, Exception exception);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Information, Message = "The LISTEN connection to the database is back")]
    public static partial void LineBack(ILogger logger);

    [LoggerMessage(EventId = 1100, Level = LogLevel.Information, Message = "{Method} {Route} {Status} in {DurationMs} ms")]
    public static partial void Answered(ILogger logger, string method, string route, int status, double durationMs);

    [LoggerMessage(
        EventId = 1101, Level = LogLevel.Warning,
        Message = "A request names its client in X-Forwarded-For, and did not come from a trusted proxy. If it came from yours, name it in "
            + "Server:TrustedProxies: until then all clients appear with its address, and share its limits. This is told once.")]
    public static partial void UntrustedProxy(ILogger logger);

    [LoggerMessage(EventId = 1204, Level = LogLevel.Warning, Message = "The first Data Protection key is made later: {Reason}")]
    public static partial void NoFirstKey(ILogger logger, string reason);
}
