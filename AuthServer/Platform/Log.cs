namespace AuthServer.Platform;

internal static partial class Log
{
    [LoggerMessage(EventId = 1000, Level = LogLevel.Error, Message = "Unhandled error in {Method} {Route}")]
    public static partial void Unhandled(ILogger logger, Exception exception, string method, string? route);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning, Message = "The database does not answer")]
    public static partial void DatabaseUnavailable(ILogger logger, Exception exception);

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

    [LoggerMessage(EventId = 1204, Level = LogLevel.Warning, Message = "The first Data Protection key could not be ensured")]
    public static partial void NoFirstKey(ILogger logger, Exception exception);
}
