using AuthServer.Domain;

namespace AuthServer.AuditTrail;

/// <summary>Checks seals in order: that each is intact and follows from the previous one.</summary>
internal sealed class SealChainVerifier(SealKeys keys, DateTimeOffset startedAt)
{
    // Bounds the search for the right number of a seal that was swapped by hand.
    private const long FarthestReordering = 5_000_000;

    // Batches removed while the check runs appear out of order; their removal time is at most this long after its start.
    private static readonly TimeSpan LongestCheck = TimeSpan.FromDays(1);

    private AuditSeal? _previous;
    private bool _isPreviousRemoved = true;

    public AuditSeal? Newest => _previous;

    /// <summary>The last event covered so far.</summary>
    public long LastEventId => _previous?.LastEventId ?? long.MinValue;

    /// <summary>What is wrong with the next seal; null if nothing is, and the seal becomes the newest checked.</summary>
    public AuditFault? FaultOfNext(AuditSeal seal)
    {
        var fault = FaultOfNumber(seal) ?? FaultOfContent(seal) ?? FaultOfLink(seal) ?? FaultOfRemoval(seal);
        if (fault is null)
        {
            (_previous, _isPreviousRemoved) = (seal, seal.EventIds is null);
        }

        return fault;
    }

    /// <summary>What is wrong with the end of the chain; null if nothing is.</summary>
    public AuditFault? FaultOfEnd() => _previous is { } newest && !keys.IsKnown(newest.KeyId) ? AuditFault.HeadNotOurs(newest.Id) : null;

    private AuditFault? FaultOfNumber(AuditSeal seal)
    {
        var expected = (_previous?.Id ?? 0) + 1;
        return seal.Id == expected ? null
            : seal.Id < expected ? AuditFault.SealEdited(seal.Id, "its number does not exist.")
            : AuditFault.SealMissing(expected);
    }

    private AuditFault? FaultOfContent(AuditSeal seal)
    {
        if (!SealHash.Of(seal).AsSpan().SequenceEqual(seal.Hash))
        {
            return NumberOf(seal) is { } number
                ? AuditFault.SealReordered(seal.Id, number)
                : AuditFault.SealEdited(seal.Id, "it does not match its hash.");
        }

        if (keys.IsKnown(seal.KeyId) && !keys.IsGenuine(seal.KeyId, seal.Hash, seal.Signature))
        {
            return AuditFault.SealEdited(seal.Id, "its signature is not this server's.");
        }

        return seal is { EventIds: { } ids, EventHashes: { } hashes }
            && !SealHash.OfEvents(ids, hashes).AsSpan().SequenceEqual(seal.EventsHash)
            ? AuditFault.SealEdited(seal.Id, "the hashes of its events do not match the seal.")
            : null;
    }

    // If the hash fits another number, the whole seal was moved.
    private static long? NumberOf(AuditSeal seal)
    {
        for (long distance = 1; distance <= FarthestReordering && distance < long.Max(seal.Id, 1000) * 2; distance++)
        {
            foreach (var number in (ReadOnlySpan<long>)[seal.Id - distance, seal.Id + distance])
            {
                if (number > 0 && SealHash.Of(seal, number).AsSpan().SequenceEqual(seal.Hash))
                {
                    return number;
                }
            }
        }

        return null;
    }

    private AuditFault? FaultOfLink(AuditSeal seal) =>
        seal.PreviousHash.AsSpan().SequenceEqual(_previous?.Hash) ? null
        // This seal is intact and, as far as we can tell, signed. So is the previous one, unless its key is unknown: then that one
        // was changed.
        : _previous is { } previous && !keys.IsKnown(previous.KeyId)
            ? AuditFault.SealEdited(previous.Id, "the next seal was made for a different one.")
        : AuditFault.ChainBroken(seal.Id);

    // The hash cannot cover the later removal of the events, so check that they were removed in time and in order.
    private AuditFault? FaultOfRemoval(AuditSeal seal) => seal switch
    {
        { EventIds: not null, EventHashes: not null, RemovedAt: null } => null,
        { EventIds: null, EventHashes: null, RemovedAt: { } at } when at - startedAt > LongestCheck =>
            AuditFault.EventsTaken(seal.Id, "the time of removal is in the future."),
        { EventIds: null, EventHashes: null, RemovedAt: { } at } when at - seal.NewestEventAt < AuditSettings.ShortestRetention =>
            AuditFault.EventsTaken(seal.Id, "they were less than a year old."),
        { EventIds: null, EventHashes: null, RemovedAt: { } at } when !_isPreviousRemoved && at < startedAt =>
            AuditFault.EventsTaken(seal.Id, "older ones still exist."),
        { EventIds: null, EventHashes: null, RemovedAt: not null } => null,
        _ => AuditFault.SealEdited(seal.Id, "it is neither complete nor properly removed."),
    };
}
