using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Platform.Persistence;

internal static class AddressLookup
{
    /// <summary>The account with this canonical address, if it can be used and is no guest's; to look at.</summary>
    public static Task<User?> FindActiveByAddressAsync(this IQueryable<User> users, string address, CancellationToken cancellationToken) =>
        users.AsNoTracking().SingleOrDefaultAsync(
            user => user.NormalizedEmail == address && user.Status == UserStatus.Active && !user.IsAnonymous, cancellationToken);
}
