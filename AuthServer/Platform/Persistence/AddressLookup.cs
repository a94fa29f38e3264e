using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Platform.Persistence;

internal static class AddressLookup
{
    /// <summary>Finds the active account with this canonical address, guests excluded; untracked.</summary>
    public static Task<User?> FindActiveByAddressAsync(this IQueryable<User> users, string address, CancellationToken cancellationToken) =>
        users.AsNoTracking().SingleOrDefaultAsync(
            user => user.NormalizedEmail == address && user.Status == UserStatus.Active && !user.IsAnonymous, cancellationToken);
}
