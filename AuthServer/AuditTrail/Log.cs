namespace AuthServer.AuditTrail;

internal static partial class Log
{
    [LoggerMessage(EventId = 3000, Level = LogLevel.Information, Message = "Audit log sealed: {Head}")]
    public static partial void Sealed(ILogger logger, string head);

    [LoggerMessage(
        EventId = 3001, Level = LogLevel.Error, Message = "The head of audit seal {Seal} could not be written to Audit:HeadFile")]
    public static partial void HeadNotKept(ILogger logger, long seal, Exception exception);

    [LoggerMessage(
        EventId = 3002, Level = LogLevel.Warning,
        Message = "Audit events have not been sealed for {Age}: a transaction that writes events may have been open that long")]
    public static partial void SealingLags(ILogger logger, TimeSpan age);
}
