using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Prevents the platform from losing its last administrator. Everything that demotes or removes one asks here first, in the same
/// transaction and one at a time: if two demote each other, the second is refused.
/// </summary>
internal sealed class LastAdminGuard(AuthDbContext db, AccountRules rules)
{
    /// <summary>Whether another administrator who can sign in would be left. Holds the lock until the transaction ends.</summary>
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
