using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.EmailAddresses;

internal abstract record EmailVerificationOutcome
{
    private EmailVerificationOutcome()
    {
    }

    public sealed record Confirmed : EmailVerificationOutcome;

    /// <summary>The link was mailed to this account, whose mailbox has been confirmed since.</summary>
    public sealed record AlreadyConfirmed : EmailVerificationOutcome;

    /// <summary>The link is valid but not sufficient; it can be used again.</summary>
    public sealed record NotReauthenticated(ReauthenticationRefusal Refusal) : EmailVerificationOutcome;

    /// <summary>Forged, used, expired, of another account or for another purpose: the answer does not say which.</summary>
    public sealed record InvalidToken : EmailVerificationOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : EmailVerificationOutcome;
}

/// <summary>
/// Confirms the mailbox an account was registered with. Its owner may not be the person who registered. So they prove that it was
/// them, with the password or the session itself, or set a new password; and earlier sessions end (account pre-hijacking).
/// </summary>
internal sealed class EmailVerification(
    AuthDbContext db, EmailOutbox outbox, UserAccounts accounts, PasswordReauthentication passwords, AccountCommit commit,
    IHostEnvironment environment)
{
    /// <summary>Enqueues the mail, whoever the address belongs to. Returns the token in Development only.</summary>
    public async Task<string?> RequestAsync(string email, string? language, string? link, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Canonicalize(email);
        var data = MailLinks.Data(link) ?? new(StringComparer.Ordinal);
        data[EmailOutbox.Asked] = "";
        await outbox.RequestAsync(MailKinds.VerifyEmail, null, address, language, data, cancellationToken);
        return environment.IsDevelopment()
            && await db.Users.Where(user => !user.EmailConfirmed).FindActiveByAddressAsync(address, cancellationToken) is { } user
                ? await accounts.GenerateEmailConfirmationTokenAsync(user)
                : null;
    }

    /// <summary>The same for the signed-in person's address.</summary>
    public async Task<string?> RequestOwnAsync(Caller caller, string? language, string? link, CancellationToken cancellationToken) =>
        await db.Users
            .Where(user => user.Id == caller.UserId && !user.IsAnonymous)
            .Select(user => user.Email)
            .SingleOrDefaultAsync(cancellationToken) is { } email
            ? await RequestAsync(email, language, link, cancellationToken)
            : null;

    /// <summary>The account the token would be accepted for now; this does not use it.</summary>
    public Task<User?> FindAsync(string? token) => accounts.FindByConfirmationTokenAsync(token);

    /// <summary>Whether the link was opened again after the mailbox had been confirmed.</summary>
    public Task<bool> IsAlreadyConfirmedAsync(string? token) => accounts.IsAlreadyConfirmedAsync(EmailTokens.ConfirmEmail, token);

    public async Task<EmailVerificationOutcome> ConfirmAsync(
        ConfirmVerificationRequest request, Caller? caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await FindAsync(request.Token?.Reveal()) is not { } user)
        {
            return await NoLongerGoodAsync(request);
        }

        var own = caller?.UserId == user.Id ? caller : null;
        if (own is null && request.NewPassword is null
            && await passwords.CheckAsync(user, request.Password?.Reveal(), origin, cancellationToken) is { } refusal)
        {
            return new EmailVerificationOutcome.NotReauthenticated(refusal);
        }

        if (await accounts.ConfirmEmailAsync(user, request.Token!.Reveal(), request.NewPassword?.Reveal()) is { Succeeded: false } refused)
        {
            return refused.IsOfToken()
                ? new EmailVerificationOutcome.InvalidToken()
                : new EmailVerificationOutcome.Invalid(refused.Messages("new_password"));
        }

        var update = new AccountUpdate(AuditEvents.EmailVerified)
        {
            EndsSessions = RevocationReason.MailboxProven,
            SessionId = own?.SessionId,
            ProvesMailbox = true,
        };
        return await commit.CommitAsync(user, update, origin, cancellationToken) is AccountCommitOutcome.Saved
            ? new EmailVerificationOutcome.Confirmed()
            : await NoLongerGoodAsync(request);
    }

    private async Task<EmailVerificationOutcome> NoLongerGoodAsync(ConfirmVerificationRequest request) =>
        await IsAlreadyConfirmedAsync(request.Token?.Reveal())
            ? new EmailVerificationOutcome.AlreadyConfirmed()
            : new EmailVerificationOutcome.InvalidToken();
}
