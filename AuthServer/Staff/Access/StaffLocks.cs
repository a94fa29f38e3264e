using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Access;

/// <summary>
/// Rows in a member of staff's scope, locked until the open transaction ends: the second of two concurrent changes sees the result of
/// the first. Null if none is in scope or the id is malformed.
/// </summary>
internal sealed class StaffLocks(AuthDbContext db, StaffScope scope)
{
    private static readonly Guid AdminRole = Role.IdOf(Role.Admin);

    /// <summary>Locks the account's row: a concurrent sign-in happens entirely before or after the change.</summary>
    public async Task<User?> UserAsync(string id, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(id, "D", out var userId))
        {
            return null;
        }

        await RowLock.UserAsync(db, userId, cancellationToken);
        return await scope.FindUserAsync(id, cancellationToken);
    }

    /// <summary>
    /// Locks the tenant, and tells whether whoever acts for it is still an active administrator of it: if two administrators demote
    /// each other, the second is refused. True for the platform, which has a separate check.
    /// </summary>
    // NO KEY: people joining the tenant at the same time need not wait, and it cannot deadlock with locks on accounts.
    public async Task<bool> ConfirmTenantAdminAsync(CancellationToken cancellationToken)
    {
        var staff = scope.Staff;
        if (staff.TenantId is not { } tenantId)
        {
            return true;
        }

        await RowLock.TenantAsync(db, tenantId, cancellationToken);
        var isKey = staff.Caller.IsKey;
        var holder = isKey
            ? db.ApiKeys.Where(key => key.Id == staff.UserId && key.RevokedAt == null).Select(key => key.OwnerId)
            : db.Users.Where(user => user.Id == staff.UserId).Select(user => user.Id);
        return await db.Users.AnyAsync(user => holder.Contains(user.Id) && user.Status == UserStatus.Active
            && (db.Memberships.Any(
                membership => membership.UserId == user.Id && membership.TenantId == tenantId && membership.Role == Role.Admin)
                // A platform administrator can be responsible for a tenant's key.
                || (isKey && db.UserRoles.Any(held => held.UserId == user.Id && held.RoleId == AdminRole))), cancellationToken);
    }

    /// <summary>The professional profile with this id and its licences.</summary>
    public async Task<Physician?> PhysicianAsync(string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var physicianId)
            && await scope.Physicians
                .Where(physician => physician.Id == physicianId)
                .Select(physician => (Guid?)physician.UserId)
                .SingleOrDefaultAsync(cancellationToken) is { } owner
                ? await db.LockPhysicianAsync(owner, cancellationToken)
                : null;

    public async Task<ApiKey?> ApiKeyAsync(string id, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(id, "D", out var keyId))
        {
            return null;
        }

        await RowLock.ApiKeyAsync(db, keyId, cancellationToken);
        return await scope.ApiKeys.SingleOrDefaultAsync(key => key.Id == keyId, cancellationToken);
    }

    /// <summary>Locks the name and counts the live API keys that have it, at the tenant or, without one, on the platform.</summary>
    public async Task<int> ApiKeyNameAsync(Guid? tenantId, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await AdvisoryLocks.ApiKeyNameAsync(db, tenantId, name, cancellationToken);
        return await scope.ApiKeys.CountAsync(
            key => key.TenantId == tenantId && key.Name == name && key.RevokedAt == null && key.ExpiresAt > now, cancellationToken);
    }
}
