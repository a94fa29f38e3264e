using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>Takes an account away from a person, for a while or for good, and gives it back. Where it is taken, its sessions end with it.</summary>
internal sealed class AccountDisabling(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, LastAdminGuard guard, AccessTermination access, AccountErasure erasure,
    RevocationFeed feed, RefusalRecord refusals, TimeProvider clock)
{
    /// <summary>Null when it is done.</summary>
    public async Task<Problem?> DisableAsync(string id, DisableRequest request, Reach reach, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (request.Until <= clock.GetUtcNow())
        {
            return FieldErrors.One("until", "In the future.");
        }

        var refusal = await TakeAsync(id, AuditEvents.UserDisabled, reach, origin, async user =>
        {
            var ended = await access.PauseAsync(user.Id, RevocationReason.AccountDisabled, origin, reach.Staff.ActorId, cancellationToken);
            await accounts.DisableAsync(user, request.Reason!.Trim(), request.Until?.ToUniversalTime(), reach.Staff.TenantId);
            reach.Audit(AuditEvents.UserDisabled, clock.GetUtcNow(), origin, user.Id, user.DisabledReason);
            return ended;
        }, cancellationToken);
        return refusal is null ? null : (Problem)refusal;
    }

    /// <summary>Erases the account at once. Who did it stays on record, to whom does not. Null when it is done.</summary>
    public Task<ErrorCode?> DeleteAsync(string id, Reach reach, RequestOrigin origin, CancellationToken cancellationToken) =>
        TakeAsync(id, AuditEvents.UserDeleted, reach, origin, async user =>
        {
            var erased = await erasure.EraseAsync(user, new("by_staff", origin) { By = reach.Staff.ActorId, TenantId = reach.Staff.TenantId }, cancellationToken);
            reach.Audit(AuditEvents.UserDeleted, clock.GetUtcNow(), origin, erased.Pseudonym);
            return erased.Ended;
        }, cancellationToken);

    /// <summary>Null when the account is on.</summary>
    public async Task<ErrorCode?> EnableAsync(string id, Reach reach, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await reach.HoldUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if (((await reach.StandingOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(reach.Staff) ?? reach.RefusesUndoing(user)) is { } refusal)
        {
            return await refusals.KeepAsync(reach, AuditEvents.UserEnabled, refusal, origin, user.Id);
        }

        if (user.Status == UserStatus.Disabled)
        {
            await accounts.EnableAsync(user);
            reach.Audit(AuditEvents.UserEnabled, clock.GetUtcNow(), origin, user.Id);
            await commit.SaveLockedAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return null;
    }

    private async Task<ErrorCode?> TakeAsync(string id, string act, Reach reach, RequestOrigin origin, Func<User, Task<IReadOnlyList<Guid>>> take, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var isInOffice = await reach.HoldOfficeAsync(cancellationToken);
        if (await reach.HoldUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if ((isInOffice ? await RefusalAsync(user, reach, cancellationToken) : ErrorCodes.Forbidden) is { } refusal)
        {
            return await refusals.KeepAsync(reach, act, refusal, origin, user.Id);
        }

        var ended = await take(user);
        await commit.SaveLockedAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        return null;
    }

    private async Task<ErrorCode?> RefusalAsync(User user, Reach reach, CancellationToken cancellationToken)
    {
        // Asked before looking what the person is: while it waits for its turn, they may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(user.Id, cancellationToken);
        var standing = await reach.StandingOfAsync(user.Id, cancellationToken);
        var isOwn = await reach.IsOwnAsync(user.Id, cancellationToken);
        return (isOwn && reach.Staff.Caller.IsKey ? ErrorCodes.OwnAccount : standing.RefusesAdministrationBy(reach.Staff))
            // To delete the account and invite the person anew would undo it as well.
            ?? reach.RefusesUndoing(user)
            ?? (isOwn ? ErrorCodes.OwnAccount
            : standing.IsPlatformAdmin && !isAnotherLeft ? ErrorCodes.LastAdmin
            : null);
    }
}
