using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>Disables an account, until a date or until it is enabled again. Its sessions end at once.</summary>
internal sealed class AccountSuspension(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, AccountTaking taking, AccessTermination access,
    DeniedActionAudit refusals, TimeProvider clock)
{
    /// <summary>Null if successful.</summary>
    public async Task<Problem?> DisableAsync(StaffCall call, string id, DisableRequest request)
    {
        var (scope, origin, cancellationToken) = call;
        if (request.Until <= clock.GetUtcNow())
        {
            return FieldErrors.One("until", "In the future.");
        }

        var refusal = await taking.TakeAsync(call, id, AuditEvents.UserDisabled, async user =>
        {
            var ended = await access.PauseAsync(user.Id, RevocationReason.AccountDisabled, origin, scope.Staff.ActorId, cancellationToken);
            await accounts.DisableAsync(user, request.Reason!.Trim(), request.Until?.ToUniversalTime(), scope.Staff.TenantId);
            scope.Audit(AuditEvents.UserDisabled, clock.GetUtcNow(), origin, user.Id, user.DisabledReason);
            return ended;
        });
        return refusal is null ? null : (Problem)refusal;
    }

    /// <summary>Null if successful, or if the account was enabled already.</summary>
    public async Task<ErrorCode?> EnableAsync(StaffCall call, string id)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if (((await scope.PrivilegesOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(scope.Staff)
            ?? scope.RefusesUndoing(user)) is { } refusal)
        {
            return await refusals.KeepAsync(call, AuditEvents.UserEnabled, refusal, user.Id);
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
}
