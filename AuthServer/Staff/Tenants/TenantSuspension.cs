using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Tenants;

/// <summary>
/// Suspends a tenant's memberships or reactivates them. Nobody is signed out: tokens for the tenant are refused, and the next
/// refresh issues tokens without it. After reactivation, the next refresh restores it.
/// </summary>
internal sealed class TenantSuspension(AuthDbContext db, AccessTokenInvalidation invalidation, TimeProvider clock)
{
    public async Task<TenantOutcome> SetAsync(Guid id, TenantStatus status, string reason, StaffCall call)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var found = scope.Tenants.Where(tenant => tenant.Id == id);
        // The condition is the lock, and notifications arrive in commit order.
        if (await found.Where(tenant => tenant.Status != status)
            .ExecuteUpdateAsync(change => change.SetProperty(tenant => tenant.Status, status), cancellationToken) == 0)
        {
            return new TenantOutcome.Refused(await found.AnyAsync(cancellationToken) ? ErrorCodes.AlreadyDone : ErrorCodes.NotFound);
        }

        var isSuspended = status == TenantStatus.Suspended;
        var type = isSuspended ? AuditEvents.TenantSuspended : AuditEvents.TenantReopened;
        db.Audit(type, clock.GetUtcNow(), origin, scope.Staff.ActorId, subject: null, scope.Staff.SessionId, tenant: id, detail: reason);
        await db.SaveChangesAsync(cancellationToken);
        await invalidation.SuspendAsync(id, isSuspended, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new TenantOutcome.Saved(id);
    }
}
