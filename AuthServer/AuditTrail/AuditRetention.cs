using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.AuditTrail;

/// <summary>
/// Removes events whose retention period is over, in whole sealed batches, oldest first. The seals stay without the individual
/// event hashes, so that the chain still verifies. Each removal is an audit event itself.
/// </summary>
internal sealed class AuditRetention(
    IServiceScopeFactory scopes, AuditSettings settings, TimeProvider clock, ILogger<AuditRetention> logger)
        : PeriodicJob(TimeSpan.FromHours(1), clock, logger)
{
    // About two weeks of one-minute batches, so that shortening the retention by years catches up within days.
    private const int BatchesPerRound = 20_000;

    private static readonly RequestOrigin Server = new(null, null, "server");

    private readonly TimeProvider _clock = clock;

    /// <summary>Returns the number of batches removed.</summary>
    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (count < BatchesPerRound && await RemoveAsync(cancellationToken))
        {
            count++;
        }

        return count;
    }

    private async Task<bool> RemoveAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // By the database's clock, which the database function uses as well.
        var removed =
            await db.Database.SqlQuery<long?>($"SELECT remove_sealed_events(now() - {settings.Retention}) AS \"Value\"")
                .SingleAsync(cancellationToken);
        if (removed is null)
        {
            return false;
        }

        var seal =
            await db.AuditSeals
                .Where(seal => seal.Id == removed)
                .Select(seal => new { seal.Id, seal.EventCount, seal.FirstEventId, seal.LastEventId })
                .SingleAsync(cancellationToken);
        db.Audit(AuditEvents.AuditRemoved, _clock.GetUtcNow(), Server, actor: null, subject: null, reason: "time_over",
            detail: $"seal {seal.Id}: {seal.EventCount} events, {seal.FirstEventId} to {seal.LastEventId}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
