using AuthServer.Accounts.Credentials;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>People as staff see them.</summary>
internal sealed class UserRecords(EmailTokenSettings settings)
{
    public async Task<UserRecord?> FindAsync(Guid id, StaffScope scope, CancellationToken cancellationToken) =>
        (await ReadAsync([id], scope, cancellationToken)).SingleOrDefault();

    /// <summary>In the order of the ids.</summary>
    public Task<IReadOnlyList<UserRecord>> ReadAsync(IReadOnlyList<Guid> ids, StaffScope scope, CancellationToken cancellationToken) =>
        People.Of(scope).ReadAsync(ids, isMasked: !scope.Staff.IsAdmin, settings, cancellationToken);
}
