using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Keeps the platform from losing its last administrator. Whatever demotes or removes one asks here first, in the same transaction: one
/// at a time, so that of two who demote each other, the second is refused.
/// </summary>
internal sealed class LastAdminGuard(AuthDbContext db, AccountRules rules)
{
    /// <summary>Whether another administrator would be left who can sign in. Holds the lock until the transaction ends.</summary>
    public async Task<bool> IsAnotherLeftAsync(Guid without, CancellationToken cancellationToken)
    {
        await AdvisoryLocks.TakeAsync(db, AdvisoryLocks.LastAdmin, cancellationToken);
        var role = Role.IdOf(Role.Admin);
        var mustBeProven = rules.RequireVerifiedEmail;
        return await db.UserRoles.AnyAsync(held => held.RoleId == role && held.UserId != without
            && db.Users.Any(
                user => user.Id == held.UserId
                    && user.Status == UserStatus.Active
                    && user.ErasureDueAt == null
                    && user.PasswordHash != null
                    && (user.EmailConfirmed || !mustBeProven)), cancellationToken);
    }
}
