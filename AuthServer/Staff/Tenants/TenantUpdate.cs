using AuthServer.AuditTrail;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Tenants;

/// <summary>
/// Changes a tenant's name and settings. This takes effect for people who are signed in: tokens that are no longer allowed are
/// refused at once, and the tenant's sessions are shortened to the new limits.
/// </summary>
internal sealed class TenantUpdate(AuthDbContext db, MailSender sender, AccessTokenInvalidation invalidation, TimeProvider clock)
{
    public async Task<TenantOutcome> UpdateAsync(Guid id, ChangeTenantRequest request, StaffCall call)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var found = scope.Tenants.Where(tenant => tenant.Id == id);
        // Locks the row, so that the second of two concurrent merges sees the result of the first.
        if (await found.ExecuteUpdateAsync(
            change => change.SetProperty(tenant => tenant.Name, tenant => tenant.Name), cancellationToken) == 0)
        {
            return new TenantOutcome.Refused(ErrorCodes.NotFound);
        }

        var tenant = await found.SingleAsync(cancellationToken);
        var before = TenantRecord.Of(tenant, 0);
        tenant.Name = request.Name.Value?.Trim() ?? tenant.Name;
        request.Settings?.ApplyTo(tenant.Settings);
        if (request.Settings?.Faults(tenant.Settings, sender) is { Any: true } errors)
        {
            return new TenantOutcome.Invalid(errors.Messages);
        }

        var after = TenantRecord.Of(tenant, 0);
        if (before != after)
        {
            var difference = TenantDifference.Between(before, after);
            var (actor, session) = (scope.Staff.ActorId, scope.Staff.SessionId);
            db.Audit(AuditEvents.TenantChanged, clock.GetUtcNow(), origin, actor, subject: null, session, tenant: id, detail: difference);
            await db.SaveChangesAsync(cancellationToken);
            await ApplyAsync(before.Settings, after.Settings, id, scope, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return new TenantOutcome.Saved(id);
    }

    private async Task ApplyAsync(
        TenantSettingsRecord before, TenantSettingsRecord after, Guid id, StaffScope scope, CancellationToken cancellationToken)
    {
        if (after.RequireVerifiedEmail && !before.RequireVerifiedEmail)
        {
            var unproven =
                await scope.Users
                    .Where(user => !user.EmailConfirmed
                        && scope.Memberships.Any(membership => membership.UserId == user.Id && membership.TenantId == id))
                .Select(user => user.Id).ToListAsync(cancellationToken);
            await invalidation.InvalidateAsync(unproven, cancellationToken);
        }

        var live = scope.Sessions.Where(session => session.TenantId == id && session.RevokedAt == null);
        if (after.SessionIdleMinutes is { } idleMinutes)
        {
            var idle = TimeSpan.FromMinutes(idleMinutes);
            await live.Where(session => session.IdleTimeout > idle)
                .ExecuteUpdateAsync(change => change.SetProperty(session => session.IdleTimeout, idle), cancellationToken);
        }

        if (after.SessionAbsoluteMinutes is { } absoluteMinutes)
        {
            var age = TimeSpan.FromMinutes(absoluteMinutes);
            await live.Where(session => session.ExpiresAt > session.CreatedAt + age)
                .ExecuteUpdateAsync(
                    change => change.SetProperty(session => session.ExpiresAt, session => session.CreatedAt + age), cancellationToken);
        }

        if ((after.SessionIdleMinutes, after.SessionAbsoluteMinutes) != (before.SessionIdleMinutes, before.SessionAbsoluteMinutes))
        {
            await invalidation.InvalidateOutlivingAsync(live, cancellationToken);
        }
    }
}
