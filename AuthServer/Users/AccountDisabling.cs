using AuthServer.Audit;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Sessions;
using AuthServer.Staff;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Users;

/// <summary>Takes an account away from a person, for a while or for good, and gives it back. Where it is taken, its sessions end with it.</summary>
internal sealed class AccountDisabling(AuthDbContext db, AdminGuard guard, SessionRevoker revoker, RevocationFeed feed, RefusalRecord refusals, TimeProvider clock)
{
    /// <summary>Null when it is done.</summary>
    public async Task<Problem?> DisableAsync(string id, DisableRequest request, Reach reach, Client client, CancellationToken cancellationToken)
    {
        if (request.Until <= clock.GetUtcNow())
        {
            return FieldErrors.One("until", "In the future.");
        }

        var refusal = await TakeAsync(id, new(AuditEvents.UserDisabled, RevocationReason.AccountDisabled), reach, client, (user, now) =>
        {
            user.Disable(request.Reason!.Trim(), request.Until?.ToUniversalTime(), reach.Staff.TenantId);
            // What was mailed before must not work again when the account does.
            user.SecurityStamp = User.NewStamp();
            reach.Audit(AuditEvents.UserDisabled, now, client, user.Id, user.DisabledReason);
        }, cancellationToken);
        return refusal is null ? null : (Problem)refusal;
    }

    /// <summary>Null when it is done.</summary>
    public Task<ErrorCode?> DeleteAsync(string id, Reach reach, Client client, CancellationToken cancellationToken) =>
        TakeAsync(id, new(AuditEvents.UserDeleted, RevocationReason.AccountDeleted), reach, client, (user, now) =>
        {
            db.Remove(user);
            reach.Audit(AuditEvents.UserDeleted, now, client, user.Id);
        }, cancellationToken);

    /// <summary>Null when the account is on.</summary>
    public async Task<ErrorCode?> EnableAsync(string id, Reach reach, Client client, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await reach.HoldUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if (((await reach.StandingOfAsync(user.Id, cancellationToken)).RefusesAdministrationBy(reach.Staff) ?? reach.RefusesUndoing(user)) is { } refusal)
        {
            return await refusals.KeepAsync(reach, AuditEvents.UserEnabled, refusal, client, user.Id);
        }

        if (user.Status == UserStatus.Disabled)
        {
            user.Enable();
            reach.Audit(AuditEvents.UserEnabled, clock.GetUtcNow(), client, user.Id);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return null;
    }

    private async Task<ErrorCode?> TakeAsync(string id, Taking taking, Reach reach, Client client, Action<User, DateTimeOffset> take, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var isInOffice = await reach.HoldOfficeAsync(cancellationToken);
        if (await reach.HoldUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if ((isInOffice ? await RefusalAsync(user, reach, cancellationToken) : ErrorCodes.Forbidden) is { } refusal)
        {
            return await refusals.KeepAsync(reach, taking.Act, refusal, client, user.Id);
        }

        // Before the account is gone: its sessions would be gone with it, and their access tokens good for minutes.
        var ended = await revoker.EndAllAsync(user.Id, kept: null, taking.Reason, client, (NpgsqlConnection)db.Database.GetDbConnection(), cancellationToken, reach.Staff.UserId);
        take(user, clock.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        return null;
    }

    private async Task<ErrorCode?> RefusalAsync(User user, Reach reach, CancellationToken cancellationToken)
    {
        // Asked before looking what the person is: while it waits for its turn, they may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(user.Id, cancellationToken);
        var standing = await reach.StandingOfAsync(user.Id, cancellationToken);
        return standing.RefusesAdministrationBy(reach.Staff)
            // To delete the account and invite the person anew would undo it as well.
            ?? reach.RefusesUndoing(user)
            ?? (await reach.IsOwnAsync(user.Id, cancellationToken) ? ErrorCodes.OwnAccount
            : standing.IsPlatformAdmin && !isAnotherLeft ? ErrorCodes.LastAdmin
            : null);
    }

    private sealed record Taking(string Act, RevocationReason Reason);
}
