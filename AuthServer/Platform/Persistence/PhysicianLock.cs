using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Platform.Persistence;

/// <summary>Keeps a professional profile from others, for the one transaction that is open.</summary>
internal static class PhysicianLock
{
    /// <summary>The person's profile and its licences, from now on to be changed by nobody else; null where there is none.</summary>
    public static async Task<Physician?> LockPhysicianAsync(this AuthDbContext db, Guid userId, CancellationToken cancellationToken)
    {
        // The account first, as those do who delete it: whoever took the two the other way round would wait for them forever.
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
