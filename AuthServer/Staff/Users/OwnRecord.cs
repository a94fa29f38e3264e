using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Persistence;

namespace AuthServer.Staff.Users;

/// <summary>The signed-in person's own record, complete whatever tenant their token is for.</summary>
internal sealed class OwnRecord(AuthDbContext db, EmailTokenSettings settings)
{
    public async Task<UserRecord?> FindAsync(Guid userId, CancellationToken cancellationToken)
    {
        var oneself = new People(
            db.Users.Where(user => user.Id == userId),
            db.UserRoles.Where(held => held.UserId == userId),
            db.Memberships.Where(membership => membership.UserId == userId),
            db.Tenants,
            db.Physicians.Where(physician => physician.UserId == userId),
            TenantId: null);
        return (await oneself.ReadAsync([userId], isMasked: false, settings, cancellationToken)).SingleOrDefault();
    }
}
