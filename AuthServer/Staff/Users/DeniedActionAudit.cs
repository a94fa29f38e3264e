using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>Puts on record what staff tried and must not: or they could find out, unseen, who is what elsewhere.</summary>
internal sealed class DeniedActionAudit(AuthDbContext db, TimeProvider clock)
{
    private static readonly ErrorCode[] Kept = [
        ErrorCodes.BeyondTenant, ErrorCodes.LastAdmin, ErrorCodes.OwnAccount, ErrorCodes.PersonRequired];

    /// <summary>Gives up the open transaction, which would take the record with it, and answers the refusal.</summary>
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
