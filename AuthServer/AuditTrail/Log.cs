using AuthServer.Domain;

namespace AuthServer.AuditTrail;

internal static partial class Log
{
    [LoggerMessage(EventId = 3000, Level = LogLevel.Information, Message = "Audit log sealed: {Head}")]
    public static partial void Sealed(ILogger logger, string head);

    [LoggerMessage(
        EventId = 3001, Level = LogLevel.Error, Message = "The head of audit seal {Seal} could not be written to Audit:HeadFile: {Reason}")]
    public static partial void HeadNotKept(ILogger logger, long seal, string reason);

    // For systems that watch the log. Ids alone: addresses and notes stay in the audit log, where they can be erased.
    [LoggerMessage(
        EventId = 3003, Level = LogLevel.Information,
        Message = "{Type} {Outcome} at {OccurredAt:O}: event {Event}, actor {Actor}, subject {Subject}, tenant {Tenant}, "
            + "session {Session}, trace_id {TraceId}")]
    public static partial void Recorded(
        ILogger logger, string type, AuditOutcome outcome, DateTimeOffset occurredAt, long @event, Guid? actor, Guid? subject, Guid? tenant,
        Guid? session, string? traceId);

    [LoggerMessage(
        EventId = 3002, Level = LogLevel.Warning,
        Message = "Audit events have not been sealed for {Age}: a transaction that writes events may have been open that long")]
    public static partial void SealingLags(ILogger logger, TimeSpan age);
}
