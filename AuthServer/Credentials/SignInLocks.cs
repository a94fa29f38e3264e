using AuthServer.Data;
using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Credentials;

/// <summary>The locks that guessing has set on the names of an account: its address and its user name.</summary>
internal sealed class SignInLocks(AuthDbContext db, SignInThrottle throttle, TimeProvider clock)
{
    /// <summary>Until when one of the names is locked, be it for a single network; null where none is.</summary>
    public Task<DateTimeOffset?> LockedUntilAsync(User user, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return RowsOf(user).Where(row => row.LockedUntil > now).MaxAsync(row => row.LockedUntil, cancellationToken);
    }

    /// <summary>Forgets every failure under the names, from everywhere; in the context's transaction, if one is open.</summary>
    public Task LiftAsync(User user, CancellationToken cancellationToken) => RowsOf(user).ExecuteDeleteAsync(cancellationToken);

    private IQueryable<SignInLockout> RowsOf(User user)
    {
        var names = new[] { user.NormalizedEmail, user.NormalizedUserName }.OfType<string>().Select(throttle.Identify).ToArray();
        return db.SignInLockouts.Where(row => names.Contains(row.Identifier));
    }
}
