using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

internal abstract record EnableOutcome
{
    private EnableOutcome()
    {
    }

    /// <summary>It is enabled, or was already.</summary>
    public sealed record Enabled(int EndedApiKeys) : EnableOutcome;

    public sealed record Refused(ErrorCode Reason) : EnableOutcome;
}

/// <summary>
/// Disables an account, until a date or until it is enabled again. Its sessions end at once. Its API keys end when it is enabled, unless
/// they are asked for: if the account had been broken into, some may be the intruder's.
/// </summary>
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

    public async Task<EnableOutcome> EnableAsync(StaffCall call, string id, EnableRequest? request)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return new EnableOutcome.Refused(ErrorCodes.NotFound);
        }

        if (((await scope.PrivilegesOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(scope.Staff)
            ?? scope.RefusesUndoing(user)) is { } refusal)
        {
            return new EnableOutcome.Refused(await refusals.KeepAsync(call, AuditEvents.UserEnabled, refusal, user.Id));
        }

        if (user.Status != UserStatus.Disabled)
        {
            return new EnableOutcome.Enabled(EndedApiKeys: 0);
        }

        var restoresKeys = request?.RestoreApiKeys == true;
        await accounts.EnableAsync(user);
        scope.Audit(AuditEvents.UserEnabled, clock.GetUtcNow(), origin, user.Id, restoresKeys ? "with its API keys" : null);
        await commit.SaveLockedAsync(cancellationToken);
        var ended = restoresKeys ? 0 : await access.EndKeysAsync(user.Id, origin, scope.Staff.ActorId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new EnableOutcome.Enabled(ended);
    }
}
