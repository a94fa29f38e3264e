namespace AuthServer.Domain;

/// <summary>
/// A batch of audit events that can no longer be changed unnoticed: it holds a hash of each, and the hash of the batch
/// before. The newest seal's signature thus vouches for everything before it. Written once; only the hashes of the single
/// events go, when the events have had their time.
/// </summary>
public sealed class AuditSeal
{
    private AuditSeal()
    {
    }

    internal AuditSeal(long id, IReadOnlyList<long> eventIds, byte[] eventHashes, DateTimeOffset newestEventAt, DateTimeOffset now)
    {
        Id = id;
        EventIds = [.. eventIds];
        EventHashes = eventHashes;
        FirstEventId = eventIds[0];
        LastEventId = eventIds[^1];
        EventCount = eventIds.Count;
        NewestEventAt = newestEventAt;
        SealedAt = now;
    }

    /// <summary>The batch's number: 1, 2, 3 without a gap.</summary>
    public long Id { get; private set; }

    /// <summary>The lowest event in it.</summary>
    public long FirstEventId { get; private set; }

    /// <summary>The highest.</summary>
    public long LastEventId { get; private set; }

    /// <summary>How many.</summary>
    public int EventCount { get; private set; }

    /// <summary>When the newest of them happened.</summary>
    public DateTimeOffset NewestEventAt { get; private set; }

    /// <summary>When it was sealed.</summary>
    public DateTimeOffset SealedAt { get; private set; }

    /// <summary>The events, ascending; null once they have been removed.</summary>
    public long[]? EventIds { get; private set; }

    /// <summary>Their SHA-256 hashes in the same order, 32 bytes each; null once they have been removed.</summary>
    public byte[]? EventHashes { get; private set; }

    /// <summary>SHA-256 over ids and hashes: what is left of the events once they have been removed.</summary>
    public byte[] EventsHash { get; internal init; } = [];

    /// <summary>The hash of the batch before; empty for the first.</summary>
    public byte[] PreviousHash { get; internal init; } = [];

    /// <summary>Which key has signed <see cref="Hash"/>.</summary>
    public string KeyId { get; internal init; } = "";

    /// <summary>SHA-256 over all of the above but the events themselves.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>The signature.</summary>
    public byte[] Signature { get; private set; } = [];

    /// <summary>When its events were removed, because they had had their time.</summary>
    public DateTimeOffset? RemovedAt { get; private set; }

    internal void Sign(byte[] hash, byte[] signature) => (Hash, Signature) = (hash, signature);
}
