using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>Records refused attempts of staff; otherwise they could probe unnoticed which roles people have elsewhere.</summary>
internal sealed class DeniedActionAudit(AuthDbContext db, TimeProvider clock)
{
    private static readonly ErrorCode[] Kept = [
        ErrorCodes.BeyondTenant, ErrorCodes.LastAdmin, ErrorCodes.OwnAccount, ErrorCodes.PersonRequired];

    /// <summary>Rolls back the open transaction, which would discard the record, and returns the refusal.</summary>
    public async Task<ErrorCode> KeepAsync(StaffScope scope, string attempted, ErrorCode refusal, RequestOrigin origin, Guid subject)
    {
        if (Kept.Contains(refusal))
        {
            await (db.Database.CurrentTransaction?.RollbackAsync(CancellationToken.None) ?? Task.CompletedTask);
            await scope.AuditRefusalAsync(attempted, refusal, clock.GetUtcNow(), origin, subject);
        }

        return refusal;
    }
}
