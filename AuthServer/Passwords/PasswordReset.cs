using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Passwords;

/// <summary>What became of setting a password with a link.</summary>
internal abstract record PasswordResetOutcome
{
    private PasswordResetOutcome()
    {
    }

    public sealed record Reset : PasswordResetOutcome;

    /// <summary>Forged, used, too old, of another account or for something else: nobody is told which.</summary>
    public sealed record InvalidToken : PasswordResetOutcome;

    public sealed record Faulted(IReadOnlyDictionary<string, string[]> Errors) : PasswordResetOutcome;
}

/// <summary>
/// Sets a password with a mailed link: a forgotten one anew, or, with an invitation, the first. All sessions end, because
/// whoever had the old password may sit in one; the lock that guessing set is lifted; a second factor is asked for as ever.
/// </summary>
internal sealed class PasswordReset(AuthDbContext db, Outbox outbox, MailedTokens tokens, NewPassword passwords, CredentialChange credentials, IHostEnvironment environment)
{
    /// <summary>Owes the mail, whoever the address belongs to. Answers the token in Development, and there alone.</summary>
    public async Task<string?> RequestAsync(string email, string? language, string? link, CancellationToken cancellationToken)
    {
        var address = EmailAddress.Canonicalize(email);
        await outbox.RequestAsync(MailKinds.ResetPassword, null, address, language, MailLinks.Data(link), cancellationToken);
        return environment.IsDevelopment()
            && await db.Users.FindActiveByAddressAsync(address, cancellationToken) is { } user
                ? tokens.Make(user, MailedTokenUse.ResetPassword)
                : null;
    }

    /// <summary>Whether the token would be taken now; it is not used up.</summary>
    public async Task<bool> IsGoodAsync(string? token, CancellationToken cancellationToken) => await FindAsync(token, cancellationToken) is not null;

    public async Task<PasswordResetOutcome> ConfirmAsync(string? token, string? newPassword, Client client, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } user)
        {
            return new PasswordResetOutcome.InvalidToken();
        }

        var errors = new FieldErrors();
        if (await passwords.HashAsync(errors, "new_password", newPassword, user, cancellationToken) is not { } hash)
        {
            return new PasswordResetOutcome.Faulted(errors.Messages);
        }

        var change = new NewCredentials(AuditEvents.PasswordReset, RevocationReason.PasswordReset) { PasswordHash = hash, ProvesMailbox = true };
        return await credentials.SaveAsync(user, change, client, cancellationToken) ? new PasswordResetOutcome.Reset() : new PasswordResetOutcome.InvalidToken();
    }

    private async Task<User?> FindAsync(string? text, CancellationToken cancellationToken) =>
        (tokens.Read(text, MailedTokenUse.ResetPassword) ?? tokens.Read(text, MailedTokenUse.Invitation)) is { } token
        && await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == token.UserId && user.Status == UserStatus.Active, cancellationToken) is { } user
        && token.IsStillGoodFor(user)
            ? user
            : null;
}
