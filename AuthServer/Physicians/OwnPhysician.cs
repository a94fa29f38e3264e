using AuthServer.Data;
using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Physicians;

/// <summary>The way to the signed-in person's own professional profile, and to nobody else's.</summary>
internal sealed class OwnPhysician(AuthDbContext db)
{
    public async Task<PhysicianProfile?> FindAsync(Guid userId, DateOnly today, CancellationToken cancellationToken)
    {
        if (await db.Physicians.AsNoTracking().Include(physician => physician.Licences).SingleOrDefaultAsync(physician => physician.UserId == userId, cancellationToken) is not { } own)
        {
            return null;
        }

        var name = await db.Users.Where(user => user.Id == userId).Select(user => user.FullName).SingleOrDefaultAsync(cancellationToken);
        return PhysicianProfile.Of(own, name, today);
    }

    /// <summary>The profile and its licences, kept from administrators and from other requests until the transaction ends.</summary>
    public Task<Physician?> HoldAsync(Guid userId, CancellationToken cancellationToken) => db.HoldPhysicianAsync(userId, cancellationToken);
}
