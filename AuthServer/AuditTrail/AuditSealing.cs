using AuthServer.Domain;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.AuditTrail;

/// <summary>
/// Seals the events since the last seal: hashes them, links the seal to the previous one, signs it, and publishes the new head.
/// From then on nobody with access to the database alone can change or remove them unnoticed.
/// </summary>
internal sealed class AuditSealing(
    IServiceScopeFactory scopes, AuditWatermark settled, SealKeys keys, CheckpointPublisher heads, AuditSettings settings,
    TimeProvider clock, ILogger<AuditSealing> logger)
    : PeriodicJob(settings.SealInterval, clock, logger)
{
    internal const int BatchSize = 10_000;
    private static readonly TimeSpan BearableLag = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock = clock;

    /// <summary>Returns the number of events sealed.</summary>
    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        if (await settled.FindLastAsync(cancellationToken) is { } last)
        {
            while (await SealAsync(last, cancellationToken) is { } seal)
            {
                count += seal.EventCount;
                await heads.KeepAsync(AuditCheckpoint.Of(seal));
            }
        }

        await WarnOfLagAsync(cancellationToken);
        return count;
    }

    private async Task<AuditSeal?> SealAsync(long lastEventId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await AdvisoryLocks.TakeAsync(db, AdvisoryLocks.AuditSealing, cancellationToken);
        var previous =
            await db.AuditSeals
                .OrderByDescending(seal => seal.Id)
                .Select(seal => new { seal.Id, seal.LastEventId, seal.Hash })
                .FirstOrDefaultAsync(cancellationToken);
        var from = previous?.LastEventId ?? long.MinValue;
        var events =
            await db.AuditEvents
                .AsNoTracking()
                .Where(audit => audit.Id > from && audit.Id <= lastEventId)
                .OrderBy(audit => audit.Id)
                .Take(BatchSize)
                .ToListAsync(cancellationToken);
        if (events.Count == 0)
        {
            return null;
        }

        var seal = Seal((previous?.Id ?? 0) + 1, events, previous?.Hash ?? []);
        db.AuditSeals.Add(seal);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Tell(events);
        return seal;
    }

    // Here, because every event comes by once, whichever statement or process has written it.
    private void Tell(List<AuditEvent> events)
    {
        foreach (var audit in events)
        {
            Log.Recorded(
                logger, audit.Type, audit.Outcome, audit.OccurredAt, audit.Id, audit.ActorId, audit.SubjectId, audit.TenantId,
                audit.SessionId, audit.RequestId);
        }
    }

    private AuditSeal Seal(long number, List<AuditEvent> events, byte[] previousHash)
    {
        var (ids, hashes) = (new long[events.Count], new byte[events.Count * AuditHash.Length]);
        for (var index = 0; index < events.Count; index++)
        {
            ids[index] = events[index].Id;
            AuditHash.Of(events[index]).CopyTo(hashes, index * AuditHash.Length);
        }

        var seal = new AuditSeal(number, ids, hashes, events.Max(audit => audit.OccurredAt), Storable(_clock.GetUtcNow()))
        {
            EventsHash = SealHash.OfEvents(ids, hashes),
            PreviousHash = previousHash,
            KeyId = keys.CurrentId,
        };
        var hash = SealHash.Of(seal);
        seal.Sign(hash, keys.Sign(hash));
        return seal;
    }

    private async Task WarnOfLagAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var last = await db.AuditSeals.MaxAsync(seal => (long?)seal.LastEventId, cancellationToken) ?? long.MinValue;
        var oldest =
            await db.AuditEvents
                .Where(audit => audit.Id > last)
                .OrderBy(audit => audit.Id)
                .Select(audit => (DateTimeOffset?)audit.OccurredAt)
                .FirstOrDefaultAsync(cancellationToken);
        if (_clock.GetUtcNow() - oldest is { } age && age > BearableLag)
        {
            Log.SealingLags(logger, age);
        }
    }

    // PostgreSQL stores microseconds; the time read back must give the same hash.
    private static DateTimeOffset Storable(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
