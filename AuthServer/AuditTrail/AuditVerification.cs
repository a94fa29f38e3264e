using System.Data;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.AuditTrail;

/// <summary>
/// Reads the whole audit log from the first seal to the last and reports the first discrepancy. Holds only a few seals in memory
/// and can run while the server writes.
/// </summary>
internal sealed class AuditVerification(AuthDbContext db, SealKeys keys, RedactionProofs proofs, CheckpointVerifier kept)
{
    // Seals per transaction: a long transaction would keep vacuum from cleaning up after refreshes.
    private const int SealsAtOnce = 32;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Also checks whether the heads that were kept elsewhere are in the chain.</summary>
    /// <exception cref="UnreadableCheckpointException">A line is not a head.</exception>
    public async Task<AuditVerdict> VerifyAsync(
        IAsyncEnumerable<string> keptHeads, IProgress<AuditCounts>? progress, CancellationToken cancellationToken)
    {
        var verdict = await VerifyAsync(progress, cancellationToken);
        return verdict.Fault is not null
            ? verdict
            : verdict with { Fault = await kept.FindMissingAsync(keptHeads, verdict.Counts, cancellationToken) };
    }

    public async Task<AuditVerdict> VerifyAsync(IProgress<AuditCounts>? progress, CancellationToken cancellationToken)
    {
        db.Database.SetCommandTimeout(Timeout);
        var walk = new SealChainVerifier(keys, await NowAsync(cancellationToken));
        var counts = new AuditCounts();
        var (fault, hasMore) = ((AuditFault?)null, true);
        while (fault is null && hasMore)
        {
            (fault, hasMore) = await GoOnAsync(walk, counts, cancellationToken);
            progress?.Report(counts);
        }

        var last = walk.LastEventId;
        counts.Unsealed = fault is null ? await db.AuditEvents.LongCountAsync(audit => audit.Id > last, cancellationToken) : 0;
        return new(counts, walk.Newest is { } newest ? AuditCheckpoint.Of(newest) : null, fault ?? walk.FaultOfEnd());
    }

    private async Task<(AuditFault? Fault, bool HasMore)> GoOnAsync(
        SealChainVerifier walk, AuditCounts counts, CancellationToken cancellationToken)
    {
        // One snapshot for seals and events: a batch being removed is either there with its events or gone from both.
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var from = walk.Newest?.Id ?? long.MinValue;
        var (seals, unreadable) = await ReadAsync(from, cancellationToken);
        var events = new SealedEvents(db, proofs, counts);
        foreach (var seal in seals)
        {
            var after = walk.LastEventId;
            if ((walk.FaultOfNext(seal) ?? await events.FindFaultAsync(seal, after, cancellationToken)) is { } fault)
            {
                return (fault, false);
            }

            Count(seal, counts);
        }

        return unreadable is { } id ? (AuditFault.SealEdited(id, "it cannot be read."), false) : (null, seals.Count == SealsAtOnce);
    }

    private async Task<(List<AuditSeal> Seals, long? Unreadable)> ReadAsync(long from, CancellationToken cancellationToken)
    {
        var next = db.AuditSeals.AsNoTracking().Where(seal => seal.Id > from).OrderBy(seal => seal.Id).Take(SealsAtOnce);
        var seals = new List<AuditSeal>();
        try
        {
            await foreach (var seal in next.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                seals.Add(seal);
            }

            return (seals, null);
        }
        catch (Exception exception) when (SealedEvents.IsUnreadable(exception))
        {
            return (seals, await next.Select(seal => seal.Id).Skip(seals.Count).FirstAsync(cancellationToken));
        }
    }

    private static void Count(AuditSeal seal, AuditCounts counts)
    {
        counts.Seals++;
        if (seal.EventIds is null)
        {
            counts.RemovedBatches++;
            counts.RemovedEvents += seal.EventCount;
        }
    }

    private async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        await db.Database.SqlQuery<DateTimeOffset>($"SELECT now() AS \"Value\"").SingleAsync(cancellationToken);
}
