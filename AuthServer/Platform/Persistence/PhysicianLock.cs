using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Platform.Persistence;

/// <summary>Locks a professional profile until the open transaction ends.</summary>
internal static class PhysicianLock
{
    /// <summary>The person's profile and licences, locked; null if there is none.</summary>
    public static async Task<Physician?> LockPhysicianAsync(this AuthDbContext db, Guid userId, CancellationToken cancellationToken)
    {
        // The account first, in the same order as a deletion, to avoid deadlocks.
        await RowLock.UserAsync(db, userId, cancellationToken);
        var held =
            await db.Physicians.FromSql($"SELECT * FROM physicians WHERE user_id = {userId} FOR UPDATE")
                .SingleOrDefaultAsync(cancellationToken);
        if (held is not null)
        {
            await db.Entry(held).Collection(physician => physician.Licences).LoadAsync(cancellationToken);
        }

        return held;
    }
}
