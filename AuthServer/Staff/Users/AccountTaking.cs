using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>
/// What suspending and deleting an account have in common: who may do it to whom, with the rows locked that could change the answer.
/// </summary>
internal sealed class AccountTaking(
    AuthDbContext db, AccountCommit commit, LastAdminGuard guard, RevocationFeed feed, DeniedActionAudit refusals)
{
    /// <param name="call">Who acts, and from where.</param>
    /// <param name="id">The account.</param>
    /// <param name="act">What a refusal is recorded as.</param>
    /// <param name="take">Takes the account, and answers which sessions ended.</param>
    /// <returns>Null when it is done.</returns>
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
        // Asked before looking what the person is: while it waits for the lock, they may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(user.Id, cancellationToken);
        var privileges = await scope.PrivilegesOfAsync(user.Id, cancellationToken);
        var isOwn = await scope.IsOwnAsync(user.Id, cancellationToken);
        return (isOwn && scope.Staff.Caller.IsKey ? ErrorCodes.OwnAccount : privileges.RefusesAdministrationBy(scope.Staff))
            // To delete the account and invite the person anew would undo it as well.
            ?? scope.RefusesUndoing(user)
            ?? (isOwn ? ErrorCodes.OwnAccount
            : privileges.IsPlatformAdmin && !isAnotherLeft ? ErrorCodes.LastAdmin
            : null);
    }
}
