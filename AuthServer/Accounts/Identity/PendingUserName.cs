using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// The user name somebody wished for when they registered. It is taken with the proof of the mailbox and not before: or registering with
/// a stranger's address would reserve it, and tell by the name's being taken that the address was free.
/// </summary>
internal static class PendingUserName
{
    /// <summary>After the proof has been committed. Somebody else may have been quicker.</summary>
    public static async Task TakePendingUserNameAsync(this AuthDbContext db, User user)
    {
        if (user.PendingUserName is not { } name)
        {
            return;
        }

        var row = db.Users.Where(found => found.Id == user.Id && found.PendingUserName == name);
        try
        {
            await row.ExecuteUpdateAsync(
                set => set
                    .SetProperty(found => found.UserName, name)
                    .SetProperty(found => found.NormalizedUserName, UserName.Normalize(name))
                .SetProperty(found => found.PendingUserName, (string?)null), CancellationToken.None);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await row.ExecuteUpdateAsync(set => set.SetProperty(found => found.PendingUserName, (string?)null), CancellationToken.None);
        }
    }
}
