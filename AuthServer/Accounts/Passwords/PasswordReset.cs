using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Passwords;

internal abstract record PasswordResetOutcome
{
    private PasswordResetOutcome()
    {
    }

    public sealed record Reset : PasswordResetOutcome;

    /// <summary>Forged, used, expired, of another account or for another purpose: the answer does not say which.</summary>
    public sealed record InvalidToken : PasswordResetOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : PasswordResetOutcome;
}

/// <summary>
/// Sets a password with a mailed link: a reset or, with an invitation, the first password. All sessions end, because somebody with
/// the old password may have one; locks set by wrong passwords are lifted; a second factor is still required.
/// </summary>
internal sealed class PasswordReset(
    AuthDbContext db, EmailOutbox outbox, UserAccounts accounts, AccountCommit commit, IHostEnvironment environment)
{
    /// <summary>Enqueues the mail, whoever the address belongs to. Returns the token in Development only.</summary>
    public async Task<string?> RequestAsync(string email, string? language, string? link, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Canonicalize(email);
        await outbox.RequestAsync(MailKinds.ResetPassword, null, address, language, MailLinks.Data(link), cancellationToken);
        return environment.IsDevelopment()
            && await db.Users.FindActiveByAddressAsync(address, cancellationToken) is { } user
                ? await accounts.GeneratePasswordResetTokenAsync(user)
                : null;
    }

    /// <summary>The account the token would be accepted for now; this does not use it.</summary>
    public Task<User?> FindAsync(string? token) => accounts.FindByPasswordTokenAsync(token);

    public async Task<PasswordResetOutcome> ConfirmAsync(
        string? token, string? newPassword, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await FindAsync(token) is not { } user)
        {
            return new PasswordResetOutcome.InvalidToken();
        }

        if (await accounts.ResetPasswordAsync(user, token!, newPassword!) is { Succeeded: false } refused)
        {
            return refused.IsOfToken()
                ? new PasswordResetOutcome.InvalidToken()
                : new PasswordResetOutcome.Invalid(refused.Messages("new_password"));
        }

        var update = new AccountUpdate(AuditEvents.PasswordReset) { EndsSessions = RevocationReason.PasswordReset, ProvesMailbox = true };
        return await commit.CommitAsync(user, update, origin, cancellationToken) is AccountCommitOutcome.Saved
            ? new PasswordResetOutcome.Reset()
            : new PasswordResetOutcome.InvalidToken();
    }
}
