using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Credentials;

/// <summary>The locks that wrong passwords have set on the names of an account: its address and its user name.</summary>
internal sealed class SignInLocks(AuthDbContext db, SignInThrottle throttle, SignInSettings settings, TimeProvider clock)
{
    /// <summary>Until when one of the names is locked, even if only for one network; null if none is.</summary>
    public Task<DateTimeOffset?> LockedUntilAsync(User user, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return RowsOf(user).Where(row => row.LockedUntil > now).MaxAsync(row => row.LockedUntil, cancellationToken);
    }

    /// <summary>
    /// Lifts the locks and resets the current count, in the context's transaction if one is open. The number of previous locks
    /// stays: persuading support to unlock an account must not restart the escalation.
    /// </summary>
    public Task EndAsync(User user, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var over = now - settings.FailureWindow;
        return RowsOf(user).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.FailuresInARow, 0)
            .SetProperty(row => row.LockedUntil, row => row.LockedUntil > now ? now : row.LockedUntil)
            .SetProperty(
                row => row.WindowStartedAt, row => row.LockedUntil == null && row.WindowStartedAt > over
                    ? over
                    : row.WindowStartedAt), cancellationToken);
    }

    /// <summary>
    /// Deletes all failures and locks under the names, from every network, after the mailbox was confirmed; in the context's
    /// transaction if one is open.
    /// </summary>
    public Task ClearAsync(User user, CancellationToken cancellationToken) => RowsOf(user).ExecuteDeleteAsync(cancellationToken);

    /// <summary>
    /// Deletes them under names that an account no longer has: they name networks of its owner, and erasure would not find them.
    /// </summary>
    public async Task ForgetAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count > 0)
        {
            await RowsOf(names).ExecuteDeleteAsync(cancellationToken);
        }
    }

    private IQueryable<SignInLockout> RowsOf(User user) =>
        RowsOf(new[] { user.NormalizedEmail, user.NormalizedUserName }.OfType<string>());

    private IQueryable<SignInLockout> RowsOf(IEnumerable<string> names)
    {
        var identifiers = names.Select(throttle.Identify).ToArray();
        return db.SignInLockouts.Where(row => identifiers.Contains(row.Identifier));
    }
}
