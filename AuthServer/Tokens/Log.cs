namespace AuthServer.Tokens;

internal static partial class Log
{
    [LoggerMessage(EventId = 2000, Level = LogLevel.Error, Message = "The signing keys could not be rotated or loaded; trying again")]
    public static partial void RotationFailed(ILogger logger, Exception exception);
}
