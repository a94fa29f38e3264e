using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>Erases an account at once. The audit log keeps who did it, but not whose account it was.</summary>
internal sealed class AccountDeletion(AccountTaking taking, AccountErasure erasure, TimeProvider clock)
{
    /// <summary>Null if successful.</summary>
    public Task<ErrorCode?> DeleteAsync(StaffCall call, string id) =>
        taking.TakeAsync(call, id, AuditEvents.UserDeleted, async user =>
        {
            var (scope, origin, cancellationToken) = call;
            var order = new ErasureOrder("by_staff", origin) { By = scope.Staff.ActorId, TenantId = scope.Staff.TenantId };
            var erased = await erasure.EraseAsync(user, order, cancellationToken);
            scope.Audit(AuditEvents.UserDeleted, clock.GetUtcNow(), origin, erased.Pseudonym);
            return erased.Ended;
        });
}
