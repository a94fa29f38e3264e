using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// The user name somebody asked for when they registered. It is assigned when the mailbox is confirmed and not before: otherwise
/// registering with a stranger's address would reserve it, and that the name is taken would disclose that the address was free.
/// </summary>
internal static class PendingUserName
{
    /// <summary>Call it after the confirmation was committed. Somebody else may have taken the name meanwhile.</summary>
    public static async Task TakePendingUserNameAsync(this AuthDbContext db, User user)
    {
        if (user.PendingUserName is not { } name)
        {
            return;
        }

        var normalized = UserName.Normalize(name);
        var row = db.Users.Where(found => found.Id == user.Id && found.PendingUserName == name);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
            await AdvisoryLocks.NameAsync(db, normalized, CancellationToken.None);
            await row.Where(_ => !db.Users.Any(other => other.NormalizedUserName == normalized)).ExecuteUpdateAsync(
                set => set.SetProperty(found => found.UserName, name).SetProperty(found => found.NormalizedUserName, normalized),
                CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // A server of the previous version does not wait for the lock.
        }

        await row.ExecuteUpdateAsync(set => set.SetProperty(found => found.PendingUserName, (string?)null), CancellationToken.None);
    }
}
