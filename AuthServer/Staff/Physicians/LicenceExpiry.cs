using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

/// <summary>
/// Expires licences on the day after their last one, and notifies their holders 30 days, 7 days and 1 day before, once each. A
/// licence added within one of these periods is notified at once, and not again until the next.
/// </summary>
internal sealed class LicenceExpiry(IServiceScopeFactory scopes, TimeProvider clock, ILogger<LicenceExpiry> logger)
    : PeriodicJob(TimeSpan.FromHours(1), clock, logger)
{
    private const int BatchSize = 100;

    private static readonly RequestOrigin Background = new(null, null, "licence-expiry");

    private readonly TimeProvider _clock = clock;

    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (looked, last) = (0, 0);
        do
        {
            await using var scope = scopes.CreateAsyncScope();
            last = await RunBatchAsync(
                scope.ServiceProvider.GetRequiredService<AuthDbContext>(),
                scope.ServiceProvider.GetRequiredService<AccessTokenInvalidation>(), cancellationToken);
            looked += last;
        }
        while (last == BatchSize);

        return looked;
    }

    private async Task<int> RunBatchAsync(AuthDbContext db, AccessTokenInvalidation invalidation, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var physicians = await LockDueAsync(db, today, cancellationToken);
        var ids = physicians.ConvertAll(physician => physician.UserId);
        var holders =
            await db.Users.AsNoTracking().Where(user => ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, cancellationToken);
        var outdated = new List<Guid>();
        foreach (var physician in physicians)
        {
            await db.Entry(physician).Collection(held => held.Licences).LoadAsync(cancellationToken);
            foreach (var licence in physician.Licences.Where(licence => licence.State == LicenceState.Verified))
            {
                Look(db, holders[physician.UserId], licence, today, now, outdated);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await invalidation.InvalidateAsync(outdated.Distinct(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return physicians.Count;
    }

    private static void Look(AuthDbContext db, User holder, Licence licence, DateOnly today, DateTimeOffset now, List<Guid> outdated)
    {
        if (licence.StateOn(today) == LicenceState.Expired)
        {
            licence.Expire(now);
            db.Audit(AuditEvents.LicenceExpired, now, Background, actor: null, holder.Id, detail: licence.Jurisdiction);
            db.EnqueueLicenceMail(MailKinds.LicenceExpiring, holder, licence, now);
            outdated.Add(holder.Id);
        }
        else if (licence.IsExpiryToBeTold(today))
        {
            licence.TellExpiry(now);
            db.EnqueueLicenceMail(MailKinds.LicenceExpiring, holder, licence, now);
        }
    }

    // Skips rows locked by another replica or an administrator; the next run finds them. Accounts are locked too, because they are
    // updated, and first, because a deletion locks the account before the profile.
    private static Task<List<Physician>> LockDueAsync(AuthDbContext db, DateOnly today, CancellationToken cancellationToken) =>
        db.Physicians.FromSql($"""
        SELECT p.* FROM users u JOIN physicians p ON p.user_id = u.id WHERE p.id IN (
            SELECT l.physician_id FROM licences l
            WHERE l.state = 'verified' AND l.expires_on <= {today.AddDays(ExpiryNotices.Days[0])} AND (l.expires_on < {today} OR EXISTS (
                SELECT 1 FROM unnest({ExpiryNotices.Days}) days
                WHERE l.expires_on - days <= {today}
                    AND (l.expiry_told_at IS NULL OR (l.expiry_told_at AT TIME ZONE 'UTC')::date < l.expires_on - days))))
        ORDER BY p.id LIMIT {BatchSize} FOR NO KEY UPDATE OF u SKIP LOCKED FOR UPDATE OF p SKIP LOCKED
        """).ToListAsync(cancellationToken);
}
