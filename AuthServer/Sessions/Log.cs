namespace AuthServer.Sessions;

internal static partial class Log
{
    [LoggerMessage(EventId = 2000, Level = LogLevel.Error, Message = "The signing keys could not be rotated or loaded; trying again")]
    public static partial void RotationFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "New signing keys were announced and could not be loaded")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);
}
