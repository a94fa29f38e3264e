using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.EmailAddresses;

internal abstract record EmailChangeConfirmationOutcome
{
    private EmailChangeConfirmationOutcome()
    {
    }

    public sealed record Changed : EmailChangeConfirmationOutcome;

    /// <summary>The account has had this address since the link was used.</summary>
    public sealed record AlreadyConfirmed : EmailChangeConfirmationOutcome;

    /// <summary>Somebody else has registered with the address meanwhile.</summary>
    public sealed record Taken : EmailChangeConfirmationOutcome;

    /// <summary>The link is valid but not sufficient; it can be used again.</summary>
    public sealed record NotReauthenticated(ReauthenticationRefusal Refusal) : EmailChangeConfirmationOutcome;

    public sealed record InvalidToken : EmailChangeConfirmationOutcome;
}

/// <summary>
/// Confirms the new mailbox and makes its address that of the account. Requires the session or password of whoever requested it:
/// otherwise a stranger could be tricked into pressing the button, and their address would belong to somebody else's account. Not if
/// staff asked, who know whose the mailbox is; then all sessions end, because the old address may have been a stranger's. A
/// guest who registered becomes a person by it, and their guest sessions end.
/// </summary>
internal sealed class EmailChangeConfirmation(
    AuthDbContext db, UserAccounts accounts, EmailTokenSettings settings, PasswordReauthentication passwords, AccountCommit commit,
    TimeProvider clock)
{
    private static readonly Guid[] PowerfulRoles = [Role.IdOf(Role.Admin), Role.IdOf(Role.Support), Role.IdOf(Role.Physician)];

    /// <summary>The account the token would be accepted for now; this does not use it.</summary>
    public async Task<User?> FindAsync(string? token) =>
        await accounts.FindByNewEmailTokenAsync(token) is { } user
        && user.PendingEmailAt > clock.GetUtcNow() - settings.VerificationLifetime
            ? user
            : null;

    /// <summary>
    /// Whether the link is enough, because staff vouched for the new mailbox. Not if the account has power, or belongs to a tenant that it
    /// did not belong to then: whoever vouched may have had no right to, by now.
    /// </summary>
    public async Task<bool> IsVouchedAsync(User user, CancellationToken cancellationToken) =>
        user.IsPendingEmailVouched
        && !await db.UserRoles.AnyAsync(held => held.UserId == user.Id && PowerfulRoles.Contains(held.RoleId), cancellationToken)
        && !await db.Memberships.AnyAsync(
            membership => membership.UserId == user.Id
                && (membership.Role != Role.Patient || membership.CreatedAt > user.PendingEmailVouchedAt), cancellationToken);

    /// <summary>Whether the link was opened again after the address had been confirmed.</summary>
    public Task<bool> IsAlreadyConfirmedAsync(string? token) => accounts.IsAlreadyConfirmedAsync(EmailTokens.ChangeEmail, token);

    public async Task<EmailChangeConfirmationOutcome> ConfirmAsync(
        string? token, string? password, Caller? caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await FindAsync(token) is not { } user)
        {
            return await NoLongerGoodAsync(token);
        }

        var (isOwn, isVouched) = (caller?.UserId == user.Id, await IsVouchedAsync(user, cancellationToken));
        return !isOwn && !isVouched && await passwords.CheckAsync(user, password, origin, cancellationToken) is { } refusal
            ? new EmailChangeConfirmationOutcome.NotReauthenticated(refusal)
            : await ChangeAsync(user, token!, needsVouch: !isOwn && isVouched, origin, cancellationToken);
    }

    private async Task<EmailChangeConfirmationOutcome> ChangeAsync(
        User user, string token, bool needsVouch, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Another address may have been requested meanwhile, which does not change the stamp.
        if (await accounts.LockAsync(user.Id, cancellationToken) is null || await FindAsync(token) is null)
        {
            return await NoLongerGoodAsync(token);
        }

        // Roles may have been given since the password was found not to be needed.
        if (needsVouch && !await IsVouchedAsync(user, cancellationToken))
        {
            return new EmailChangeConfirmationOutcome.NotReauthenticated(new ReauthenticationRefusal.PasswordMissing());
        }

        var update = UpdateOf(user);
        if (await accounts.ChangeEmailAsync(user, user.PendingEmail!, token) is { Succeeded: false })
        {
            return await NoLongerGoodAsync(token);
        }

        return await commit.CommitAsync(user, update, origin, cancellationToken) switch
        {
            AccountCommitOutcome.Saved => new EmailChangeConfirmationOutcome.Changed(),
            AccountCommitOutcome.EmailTaken => new EmailChangeConfirmationOutcome.Taken(),
            _ => await NoLongerGoodAsync(token),
        };
    }

    private async Task<EmailChangeConfirmationOutcome> NoLongerGoodAsync(string? token) =>
        await IsAlreadyConfirmedAsync(token)
            ? new EmailChangeConfirmationOutcome.AlreadyConfirmed()
            : new EmailChangeConfirmationOutcome.InvalidToken();

    private static AccountUpdate UpdateOf(User user) => user.IsAnonymous
        ? new(AuditEvents.GuestRegistered) { EndsSessions = RevocationReason.GuestRegistered }
        : new(AuditEvents.EmailChanged)
        {
            EndsSessions = user.IsPendingEmailVouched ? RevocationReason.EndedByStaff : null,
            Notice = user.EmailConfirmed ? AccountNotice.OfNewEmail(MailKinds.EmailChanged, user, user.PendingEmail!) : null,
        };
}
