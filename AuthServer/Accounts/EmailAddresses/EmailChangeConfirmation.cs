using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.EmailAddresses;

internal abstract record EmailChangeConfirmationOutcome
{
    private EmailChangeConfirmationOutcome()
    {
    }

    public sealed record Changed : EmailChangeConfirmationOutcome;

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
    /// <summary>Whether the token would be accepted now; this does not use it.</summary>
    public async Task<bool> IsGoodAsync(string? token) => await FindAsync(token) is not null;

    /// <summary>Whether the link would be accepted with a password only, if it comes without a session.</summary>
    public async Task<bool> NeedsPasswordAsync(string? token) => await FindAsync(token) is not { IsPendingEmailVouched: true };

    public async Task<EmailChangeConfirmationOutcome> ConfirmAsync(
        string? token, string? password, Caller? caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await FindAsync(token) is not { } user)
        {
            return new EmailChangeConfirmationOutcome.InvalidToken();
        }

        return !user.IsPendingEmailVouched
            && caller?.UserId != user.Id
            && await passwords.CheckAsync(user, password, origin, cancellationToken) is { } refusal
            ? new EmailChangeConfirmationOutcome.NotReauthenticated(refusal)
            : await ChangeAsync(user, token!, origin, cancellationToken);
    }

    private async Task<EmailChangeConfirmationOutcome> ChangeAsync(
        User user, string token, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Another address may have been requested meanwhile, which does not change the stamp.
        if (await accounts.LockAsync(user.Id, cancellationToken) is null || await FindAsync(token) is null)
        {
            return new EmailChangeConfirmationOutcome.InvalidToken();
        }

        var update = UpdateOf(user);
        if (await accounts.ChangeEmailAsync(user, user.PendingEmail!, token) is { Succeeded: false })
        {
            return new EmailChangeConfirmationOutcome.InvalidToken();
        }

        return await commit.CommitAsync(user, update, origin, cancellationToken) switch
        {
            AccountCommitOutcome.Saved => new EmailChangeConfirmationOutcome.Changed(),
            AccountCommitOutcome.EmailTaken => new EmailChangeConfirmationOutcome.Taken(),
            _ => new EmailChangeConfirmationOutcome.InvalidToken(),
        };
    }

    private static AccountUpdate UpdateOf(User user) => user.IsAnonymous
        ? new(AuditEvents.GuestRegistered) { EndsSessions = RevocationReason.GuestRegistered }
        : new(AuditEvents.EmailChanged)
        {
            EndsSessions = user.IsPendingEmailVouched ? RevocationReason.EndedByStaff : null,
            Notice = user.EmailConfirmed ? AccountNotice.OfNewEmail(MailKinds.EmailChanged, user, user.PendingEmail!) : null,
        };

    private async Task<User?> FindAsync(string? token) =>
        await accounts.FindByNewEmailTokenAsync(token) is { } user
        && user.PendingEmailAt > clock.GetUtcNow() - settings.VerificationLifetime
            ? user
            : null;
}
