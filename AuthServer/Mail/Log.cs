namespace AuthServer.Mail;

internal static partial class Log
{
    [LoggerMessage(EventId = 4000, Level = LogLevel.Warning, Message = "The mail server cannot be used; mails wait until it can: {Reason}")]
    public static partial void ServerUnusable(ILogger logger, string reason);

    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "The mail server can be used again")]
    public static partial void ServerBack(ILogger logger);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "Mail {Id} ({Kind}) was given up after {Attempts} attempts: {Reason}")]
    public static partial void GivenUp(ILogger logger, Guid id, string kind, int attempts, string reason);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Error, Message = "Mail {Id} ({Kind}) could not be written: {Exception} {StackTrace}")]
    public static partial void WritingFailed(ILogger logger, Guid id, string kind, string exception, string? stackTrace);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Error, Message = "Mails could not be dispatched; trying again")]
    public static partial void DispatchingFailed(ILogger logger, Exception exception);
}
