using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>
/// Takes an account away from a person, for a while or for good, and gives it back. Where it is taken, its sessions end with it.
/// </summary>
internal sealed class AccountDisabling(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, LastAdminGuard guard, AccessTermination access, AccountErasure erasure,
    RevocationFeed feed, DeniedActionAudit refusals, TimeProvider clock)
{
    /// <summary>Null when it is done.</summary>
    public async Task<Problem?> DisableAsync(
        string id, DisableRequest request, StaffScope scope, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (request.Until <= clock.GetUtcNow())
        {
            return FieldErrors.One("until", "In the future.");
        }

        var refusal = await TakeAsync(id, AuditEvents.UserDisabled, scope, origin, async user =>
        {
            var ended = await access.PauseAsync(user.Id, RevocationReason.AccountDisabled, origin, scope.Staff.ActorId, cancellationToken);
            await accounts.DisableAsync(user, request.Reason!.Trim(), request.Until?.ToUniversalTime(), scope.Staff.TenantId);
            scope.Audit(AuditEvents.UserDisabled, clock.GetUtcNow(), origin, user.Id, user.DisabledReason);
            return ended;
        }, cancellationToken);
        return refusal is null ? null : (Problem)refusal;
    }

    /// <summary>Erases the account at once. Who did it stays on record, to whom does not. Null when it is done.</summary>
    public Task<ErrorCode?> DeleteAsync(string id, StaffScope scope, RequestOrigin origin, CancellationToken cancellationToken) =>
        TakeAsync(id, AuditEvents.UserDeleted, scope, origin, async user =>
        {
            var erased =
                await erasure.EraseAsync(
                    user, new("by_staff", origin) { By = scope.Staff.ActorId, TenantId = scope.Staff.TenantId }, cancellationToken);
            scope.Audit(AuditEvents.UserDeleted, clock.GetUtcNow(), origin, erased.Pseudonym);
            return erased.Ended;
        }, cancellationToken);

    /// <summary>Null when the account is on.</summary>
    public async Task<ErrorCode?> EnableAsync(string id, StaffScope scope, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.LockUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if (((await scope.PrivilegesOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(scope.Staff)
            ?? scope.RefusesUndoing(user)) is { } refusal)
        {
            return await refusals.KeepAsync(scope, AuditEvents.UserEnabled, refusal, origin, user.Id);
        }

        if (user.Status == UserStatus.Disabled)
        {
            await accounts.EnableAsync(user);
            scope.Audit(AuditEvents.UserEnabled, clock.GetUtcNow(), origin, user.Id);
            await commit.SaveLockedAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return null;
    }

    private async Task<ErrorCode?> TakeAsync(
        string id, string act, StaffScope scope, RequestOrigin origin, Func<User, Task<IReadOnlyList<Guid>>> take,
        CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var isInOffice = await scope.LockTenantAndConfirmAdminAsync(cancellationToken);
        if (await scope.LockUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if ((isInOffice ? await RefusalAsync(user, scope, cancellationToken) : ErrorCodes.Forbidden) is { } refusal)
        {
            return await refusals.KeepAsync(scope, act, refusal, origin, user.Id);
        }

        var ended = await take(user);
        await commit.SaveLockedAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        return null;
    }

    private async Task<ErrorCode?> RefusalAsync(User user, StaffScope scope, CancellationToken cancellationToken)
    {
        // Asked before looking at the person's roles: while it waits for the lock, they may become an administrator.
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
