using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

/// <summary>The only access to the signed-in person's own professional profile.</summary>
internal sealed class OwnPhysician(AuthDbContext db)
{
    public async Task<PhysicianProfile?> FindAsync(Guid userId, DateOnly today, CancellationToken cancellationToken)
    {
        if (await db.Physicians
            .AsNoTracking()
            .Include(physician => physician.Licences)
            .SingleOrDefaultAsync(
                physician => physician.UserId == userId && db.Users.Any(user => user.Id == userId && !user.IsAnonymous),
                cancellationToken) is not { } own)
        {
            return null;
        }

        var name = await db.Users.Where(user => user.Id == userId).Select(user => user.FullName).SingleOrDefaultAsync(cancellationToken);
        return PhysicianProfile.Of(own, name, today);
    }

    /// <summary>The profile and its licences, locked until the transaction ends.</summary>
    public async Task<Physician?> LockAsync(Guid userId, CancellationToken cancellationToken) =>
        // A guest's pending registration as a physician takes effect when their mailbox is confirmed.
        await db.Users.AnyAsync(user => user.Id == userId && !user.IsAnonymous, cancellationToken)
            ? await db.LockPhysicianAsync(userId, cancellationToken)
            : null;
}
