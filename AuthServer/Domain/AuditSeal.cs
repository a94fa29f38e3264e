namespace AuthServer.Domain;

/// <summary>
/// A sealed batch of audit events. A seal holds the hash of each event and the hash of the previous seal, so the newest seal's
/// signature covers everything before it. Seals are never changed, except that the individual event hashes are dropped when the
/// retention period of the events ends.
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

    /// <summary>Consecutive: 1, 2, 3, without gaps.</summary>
    public long Id { get; private set; }

    public long FirstEventId { get; private set; }

    public long LastEventId { get; private set; }

    public int EventCount { get; private set; }

    /// <summary>When the newest event in the batch happened.</summary>
    public DateTimeOffset NewestEventAt { get; private set; }

    public DateTimeOffset SealedAt { get; private set; }

    /// <summary>The events' ids, ascending; null once the events were removed.</summary>
    public long[]? EventIds { get; private set; }

    /// <summary>The events' SHA-256 hashes in the same order, 32 bytes each; null once the events were removed.</summary>
    public byte[]? EventHashes { get; private set; }

    /// <summary>SHA-256 over ids and hashes; remains when the events are removed.</summary>
    public byte[] EventsHash { get; internal init; } = [];

    /// <summary>The previous seal's hash; empty for the first seal.</summary>
    public byte[] PreviousHash { get; internal init; } = [];

    /// <summary>The key that signed <see cref="Hash"/>.</summary>
    public string KeyId { get; internal init; } = "";

    /// <summary>SHA-256 over everything above except the ids and hashes of the individual events.</summary>
    public byte[] Hash { get; private set; } = [];

    public byte[] Signature { get; private set; } = [];

    /// <summary>When the events were removed because their retention period had ended.</summary>
    public DateTimeOffset? RemovedAt { get; private set; }

    internal void Sign(byte[] hash, byte[] signature) => (Hash, Signature) = (hash, signature);
}
