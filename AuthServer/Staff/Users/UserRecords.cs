using AuthServer.Accounts.Credentials;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>People as staff see them.</summary>
internal sealed class UserRecords(EmailTokenSettings settings)
{
    public async Task<UserRecord?> FindAsync(Guid id, Reach reach, CancellationToken cancellationToken) => (await ReadAsync([id], reach, cancellationToken)).SingleOrDefault();

    /// <summary>In the order of the ids.</summary>
    public Task<IReadOnlyList<UserRecord>> ReadAsync(IReadOnlyList<Guid> ids, Reach reach, CancellationToken cancellationToken) =>
        People.Of(reach).ReadAsync(ids, isMasked: !reach.Staff.IsAdmin, settings, cancellationToken);
}
