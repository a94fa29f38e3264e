namespace AuthServer.AuditTrail;

/// <summary>
/// The result of verifying the audit log. <c>Head</c> is the newest seal, <c>Fault</c> the first discrepancy; with a fault, the
/// counts end there.
/// </summary>
internal sealed record AuditVerdict(AuditCounts Counts, AuditCheckpoint? Head, AuditFault? Fault);

/// <summary>What has been verified so far.</summary>
internal sealed record AuditCounts
{
    /// <summary>Sealed events present and compared.</summary>
    public long Events { get; set; }

    /// <summary>Sealed events whose personal fields were erased.</summary>
    public long Erased { get; set; }

    public long Seals { get; set; }

    /// <summary>Seals whose events were removed at the end of their retention period.</summary>
    public long RemovedBatches { get; set; }

    public long RemovedEvents { get; set; }

    /// <summary>Events since the last seal, which nothing protects yet.</summary>
    public long Unsealed { get; set; }

    /// <summary>Externally kept heads that were compared with the chain.</summary>
    public long KeptHeads { get; set; }
}

/// <summary>The first discrepancy found.</summary>
/// <param name="Kind">One of <see cref="AuditFaultKinds"/>.</param>
/// <param name="EventId">The event, if the fault concerns one.</param>
/// <param name="Seal">The seal concerned, or the one that covers the event.</param>
/// <param name="Message">The fault in words.</param>
internal sealed record AuditFault(string Kind, long? EventId, long? Seal, string Message)
{
    public static AuditFault EventEdited(long id, long seal) =>
        new(AuditFaultKinds.EventEdited, id, seal, $"Event {id} was edited: it does not match its hash in seal {seal}.");

    public static AuditFault EventRemoved(long id, long seal) =>
        new(AuditFaultKinds.EventRemoved, id, seal, $"Event {id} was removed: seal {seal} lists it.");

    public static AuditFault EventInserted(long id, long seal) =>
        new(
            AuditFaultKinds.EventInserted, id, seal,
            $"Event {id} was inserted: it is among the events of seal {seal}, which does not list it.");

    public static AuditFault ErasureNotGenuine(long id, long seal) =>
        new(
            AuditFaultKinds.ErasureNotGenuine, id, seal,
            $"Event {id} was edited: its personal data was not removed by this server, or it was changed afterwards.");

    public static AuditFault EventsTaken(long seal, string why) =>
        new(AuditFaultKinds.EventsTaken, null, seal, $"The events of seal {seal} were removed improperly: {why}");

    public static AuditFault SealEdited(long seal, string why) =>
        new(AuditFaultKinds.SealEdited, null, seal, $"Seal {seal} was edited: {why}");

    public static AuditFault SealMissing(long seal) => new(AuditFaultKinds.SealMissing, null, seal, $"Seal {seal} is missing.");

    public static AuditFault SealReordered(long seal, long number) =>
        new(AuditFaultKinds.SealReordered, null, seal, $"Seal {seal} was reordered: in its place is seal {number}.");

    public static AuditFault ChainBroken(long seal) =>
        new(
            AuditFaultKinds.ChainBroken, null, seal,
            $"Seal {seal} does not follow from the previous one: one of the two is from another history, such as a restored backup.");

    public static AuditFault HeadNotOurs(long seal) =>
        new(
            AuditFaultKinds.HeadNotOurs, null, seal,
            $"The newest seal, {seal}, was not signed with a key of this server: the end of the chain was cut off or rewritten, "
                + "or it was sealed with another SECRET_KEY (set SECRET_KEY_PREVIOUS to that one).");

    public static AuditFault HeadMissing(long seal, long? newest) =>
        new(
            AuditFaultKinds.HeadMissing, null, seal,
            $"The kept head of seal {seal} is not in the chain, "
                + $"which ends with {(newest is null ? "nothing" : $"seal {newest}")}: the chain was cut off or rewritten.");
}

internal static class AuditFaultKinds
{
    public const string EventEdited = "event_edited";
    public const string EventRemoved = "event_removed";
    public const string EventInserted = "event_inserted";
    public const string ErasureNotGenuine = "erasure_not_genuine";
    public const string EventsTaken = "events_taken";
    public const string SealEdited = "seal_edited";
    public const string SealMissing = "seal_missing";
    public const string SealReordered = "seal_reordered";
    public const string ChainBroken = "chain_broken";
    public const string HeadNotOurs = "head_not_ours";
    public const string HeadMissing = "head_missing";
}
