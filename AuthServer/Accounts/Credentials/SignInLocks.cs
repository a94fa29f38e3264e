using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Credentials;

/// <summary>The locks that guessing has set on the names of an account: its address and its user name.</summary>
internal sealed class SignInLocks(AuthDbContext db, SignInThrottle throttle, SignInSettings settings, TimeProvider clock)
{
    /// <summary>Until when one of the names is locked, be it for a single network; null where none is.</summary>
    public Task<DateTimeOffset?> LockedUntilAsync(User user, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return RowsOf(user).Where(row => row.LockedUntil > now).MaxAsync(row => row.LockedUntil, cancellationToken);
    }

    /// <summary>
    /// Ends the locks and the count towards the next; in the context's transaction, if one is open. How many there have been
    /// stays: whoever can talk support into unlocking must not guess on as if for the first time.
    /// </summary>
    public Task EndAsync(User user, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var over = now - settings.FailureWindow;
        return RowsOf(user).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.LockedUntil, row => row.LockedUntil > now ? now : row.LockedUntil)
            .SetProperty(
                row => row.WindowStartedAt, row => row.LockedUntil == null && row.WindowStartedAt > over
                    ? over
                    : row.WindowStartedAt), cancellationToken);
    }

    /// <summary>
    /// Forgets every failure and lock under the names, from everywhere, for who has proven the mailbox; in the context's transaction, if
    /// one is open.
    /// </summary>
    public Task ClearAsync(User user, CancellationToken cancellationToken) => RowsOf(user).ExecuteDeleteAsync(cancellationToken);

    private IQueryable<SignInLockout> RowsOf(User user)
    {
        var names = new[] { user.NormalizedEmail, user.NormalizedUserName }.OfType<string>().Select(throttle.Identify).ToArray();
        return db.SignInLockouts.Where(row => names.Contains(row.Identifier));
    }
}
