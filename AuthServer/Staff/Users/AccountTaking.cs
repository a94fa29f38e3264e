using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>
/// The common part of disabling and deleting an account: checks whether the actor may do it, with all rows locked that the answer
/// depends on.
/// </summary>
internal sealed class AccountTaking(
    AuthDbContext db, AccountCommit commit, LastAdminGuard guard, RevocationFeed feed, DeniedActionAudit refusals)
{
    /// <param name="call">Who acts, and from where.</param>
    /// <param name="id">The account's id, as given.</param>
    /// <param name="act">The act that is recorded as refused.</param>
    /// <param name="take">Disables or deletes the account; returns the sessions that ended.</param>
    /// <returns>Null if successful.</returns>
    public async Task<ErrorCode?> TakeAsync(StaffCall call, string id, string act, Func<User, Task<IReadOnlyList<Guid>>> take)
    {
        var (scope, _, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var isInOffice = await scope.Locks.ConfirmTenantAdminAsync(cancellationToken);
        if (await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if ((isInOffice ? await RefusalAsync(user, scope, cancellationToken) : ErrorCodes.Forbidden) is { } refusal)
        {
            return await refusals.KeepAsync(call, act, refusal, user.Id);
        }

        var ended = await take(user);
        await commit.SaveLockedAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        return null;
    }

    private async Task<ErrorCode?> RefusalAsync(User user, StaffScope scope, CancellationToken cancellationToken)
    {
        // Check this before reading the person's roles: while this waits for the lock, they may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(user.Id, cancellationToken);
        var privileges = await scope.PrivilegesOfAsync(user.Id, cancellationToken);
        var isOwn = await scope.IsOwnAsync(user.Id, cancellationToken);
        return (isOwn && scope.Staff.Caller.IsKey ? ErrorCodes.OwnAccount : privileges.RefusesAdministrationBy(scope.Staff))
            // Deleting the account and inviting the person again would undo a suspension as well.
            ?? scope.RefusesUndoing(user)
            ?? (isOwn ? ErrorCodes.OwnAccount
            : privileges.IsPlatformAdmin && !isAnotherLeft ? ErrorCodes.LastAdmin
            : null);
    }
}
