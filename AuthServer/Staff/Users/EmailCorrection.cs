using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Users;

/// <summary>
/// Corrects an address that was mistyped, or whose mailbox is lost. An account keeps its address until the new mailbox is confirmed, and
/// the old one is told; for that, the link is enough, because staff have made sure who asks. Not for staff and physicians: their password
/// is needed as well, so that no administrator can take over an account with power. An invitation simply goes to the new address, and
/// the link in the old mail stops working.
/// </summary>
internal sealed class EmailCorrection(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, EmailOutbox outbox, DeniedActionAudit refusals, TimeProvider clock)
{
    /// <summary>Null if successful.</summary>
    public async Task<ErrorCode?> CorrectAsync(StaffCall call, string id, EmailCorrectionRequest request)
    {
        var (scope, origin, cancellationToken) = call;
        var address = EmailAddress.Parse(request.Email)!;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        var privileges = await scope.PrivilegesOfAsync(user.Id, cancellationToken);
        var isOwn = await scope.IsOwnAsync(user.Id, cancellationToken);
        if ((isOwn ? ErrorCodes.OwnAccount : privileges.RefusesAdministrationBy(scope.Staff) ?? WhyNot(user, address)) is { } refusal)
        {
            return await refusals.KeepAsync(call, AuditEvents.EmailCorrected, refusal, user.Id);
        }

        scope.Audit(AuditEvents.EmailCorrected, clock.GetUtcNow(), origin, user.Id, request.Reason!.Trim());
        var failed = user.IsInvited
            ? await InviteAsync(user, address, cancellationToken)
            : await AskAsync(user, address, isVouched: !privileges.HasPower, cancellationToken);
        if (failed is null)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return failed;
    }

    private static ErrorCode? WhyNot(User user, EmailAddress address) =>
        user.IsAnonymous ? ErrorCodes.AnonymousNotAllowed
        : user.Status != UserStatus.Active ? ErrorCodes.AccountDisabled
        : user.Email == address.Address ? ErrorCodes.AlreadyDone
        : null;

    private async Task<ErrorCode?> InviteAsync(User user, EmailAddress address, CancellationToken cancellationToken)
    {
        await accounts.CorrectInvitationAsync(user, address);
        return (await commit.SaveAsync(cancellationToken)).Refusal()
            ?? await RequestMailAsync(MailKinds.Invitation, null, address, user.Locale, cancellationToken);
    }

    private async Task<ErrorCode?> AskAsync(User user, EmailAddress address, bool isVouched, CancellationToken cancellationToken)
    {
        await (isVouched ? accounts.VouchForEmailAsync(user, address) : accounts.AskForEmailAsync(user, address));
        if (user.EmailConfirmed)
        {
            var notice = AccountNotice.OfNewEmail(MailKinds.EmailChangeRequested, user, address.Address);
            db.EnqueueMail(notice.Kind, user, notice.Address, clock.GetUtcNow(), notice.Data);
        }

        await commit.SaveLockedAsync(cancellationToken);
        return await RequestMailAsync(MailKinds.ConfirmNewEmail, user.Id, address, user.Locale, cancellationToken);
    }

    private async Task<ErrorCode?> RequestMailAsync(
        string kind, Guid? userId, EmailAddress address, string? language, CancellationToken cancellationToken) =>
        await outbox.RequestAsync(kind, userId, address.Canonical, language, null, db.Connection(), cancellationToken) is null
            ? null
            : ErrorCodes.RateLimited;
}
