using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Access;

/// <summary>Records refused attempts of staff; otherwise they could probe unnoticed which roles people have elsewhere.</summary>
internal sealed class DeniedActionAudit(AuthDbContext db, TimeProvider clock)
{
    private static readonly ErrorCode[] Kept = [
        ErrorCodes.BeyondTenant, ErrorCodes.LastAdmin, ErrorCodes.LicenceTaken, ErrorCodes.OwnAccount, ErrorCodes.PersonRequired];

    /// <summary>
    /// Rolls back the open transaction and forgets the context's changes, which would go with the record; returns the refusal.
    /// </summary>
    public async Task<ErrorCode> KeepAsync(StaffCall call, string attempted, ErrorCode refusal, Guid subject)
    {
        if (Kept.Contains(refusal))
        {
            await (db.Database.CurrentTransaction?.RollbackAsync(CancellationToken.None) ?? Task.CompletedTask);
            db.ChangeTracker.Clear();
            await RecordAsync(call, attempted, refusal, subject);
        }

        return refusal;
    }

    /// <summary>
    /// Records the refusal at once, even if the caller disconnects; in the open transaction if there is one. The context must have no
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
