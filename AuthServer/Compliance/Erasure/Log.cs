namespace AuthServer.Compliance.Erasure;

internal static partial class Log
{
    [LoggerMessage(
        EventId = 1700, Level = LogLevel.Error,
        Message = "Account {UserId}, which is due for erasure ({Reason}), could not be erased; it will be tried again")]
    public static partial void ErasureFailed(ILogger logger, Guid userId, string reason, Exception exception);
}
