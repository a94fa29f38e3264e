using AuthServer.Credentials;
using AuthServer.Staff;

namespace AuthServer.Users;

/// <summary>People as staff see them.</summary>
internal sealed class UserRecords(MailedTokenSettings settings)
{
    public async Task<UserRecord?> FindAsync(Guid id, Reach reach, CancellationToken cancellationToken) => (await ReadAsync([id], reach, cancellationToken)).SingleOrDefault();

    /// <summary>In the order of the ids.</summary>
    public Task<IReadOnlyList<UserRecord>> ReadAsync(IReadOnlyList<Guid> ids, Reach reach, CancellationToken cancellationToken) =>
        People.Of(reach).ReadAsync(ids, isMasked: !reach.Staff.IsAdmin, settings, cancellationToken);
}
