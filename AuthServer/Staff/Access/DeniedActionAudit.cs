using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Access;

/// <summary>Puts on record what staff tried and must not: or they could find out, unseen, who is what elsewhere.</summary>
internal sealed class DeniedActionAudit(AuthDbContext db, TimeProvider clock)
{
    private static readonly ErrorCode[] Kept = [
        ErrorCodes.BeyondTenant, ErrorCodes.LastAdmin, ErrorCodes.OwnAccount, ErrorCodes.PersonRequired];

    /// <summary>Gives up the open transaction, which would take the record with it, and answers the refusal.</summary>
    public async Task<ErrorCode> KeepAsync(StaffCall call, string attempted, ErrorCode refusal, Guid subject)
    {
        if (Kept.Contains(refusal))
        {
            await (db.Database.CurrentTransaction?.RollbackAsync(CancellationToken.None) ?? Task.CompletedTask);
            await RecordAsync(call, attempted, refusal, subject);
        }

        return refusal;
    }

    /// <summary>
    /// Records the refusal at once, in the open transaction if there is one, and even if they disconnect. The context must have no
    /// other changes.
    /// </summary>
    public async Task RecordAsync(StaffCall call, string attempted, ErrorCode refusal, Guid subject)
    {
        var staff = call.Scope.Staff;
        db.Audit(
            AuditEvents.StaffRefused, clock.GetUtcNow(), call.Origin, staff.ActorId, subject, staff.SessionId, refusal.Code,
            AuditOutcome.Failure, staff.TenantId, attempted);
        await db.SaveChangesAsync(CancellationToken.None);
    }
}
