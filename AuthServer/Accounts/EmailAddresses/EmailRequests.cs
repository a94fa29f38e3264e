using AuthServer.Accounts.Credentials;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.EmailAddresses;

/// <summary>Requests another mail to confirm the account's mailbox.</summary>
/// <param name="Email">The account's address; may be left out with an access token.</param>
/// <param name="Link">Where the link should lead instead of the server's own page: one of <c>Links:Allowed</c>.</param>
public sealed record VerificationRequest(string? Email = null, string? Link = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        if (Email is not null)
        {
            errors.Email("email", Email);
        }

        MailLinks.Check(errors, Link);
    }
}

/// <summary>
/// Confirms a mailbox. With the access token of a session of the account, the link's token is sufficient; without one, the password
/// or a new password is required, and all previous sessions end.
/// </summary>
/// <param name="Token">The value of <c>token=</c> in the link.</param>
/// <param name="Password">The password chosen at registration.</param>
/// <param name="NewPassword">A new password to set instead.</param>
public sealed record ConfirmVerificationRequest(Secret? Token = null, Secret? Password = null, Secret? NewPassword = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Required("token", Token);
        if (Password is not null)
        {
            PasswordPolicy.CheckTyped(errors, "password", Password.Reveal());
        }

        if (NewPassword is not null)
        {
            PasswordPolicy.CheckNew(errors, "new_password", NewPassword);
        }

        if (Password is not null && NewPassword is not null)
        {
            errors.Add("new_password", "Give password or new_password, not both.");
        }
    }
}

/// <summary>Requests a change of address.</summary>
/// <param name="NewEmail">The new address.</param>
/// <param name="CurrentPassword">The password.</param>
/// <param name="Link">Where the link should lead instead of the server's own page: one of <c>Links:Allowed</c>.</param>
public sealed record EmailChangeRequest(string? NewEmail = null, Secret? CurrentPassword = null, string? Link = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Email("new_email", NewEmail);
        PasswordPolicy.CheckTyped(errors, "current_password", CurrentPassword?.Reveal());
        MailLinks.Check(errors, Link);
    }
}

/// <summary>Confirms the new mailbox: with the access token of a session of the account, or with its password.</summary>
/// <param name="Token">The value of <c>token=</c> in the link.</param>
/// <param name="Password">The account's password; may be left out with an access token.</param>
public sealed record ConfirmEmailChangeRequest(Secret? Token = null, Secret? Password = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Required("token", Token);
        if (Password is not null)
        {
            PasswordPolicy.CheckTyped(errors, "password", Password.Reveal());
        }
    }
}

/// <summary>A new address that is not confirmed yet.</summary>
/// <param name="NewEmail">The address.</param>
/// <param name="RequestedAt">When it was requested.</param>
/// <param name="ExpiresAt">When the link in the mail expires.</param>
public sealed record PendingEmail(string NewEmail, DateTimeOffset RequestedAt, DateTimeOffset ExpiresAt)
{
    internal const string Example =
        """{"new_email":"dana@example.org","requested_at":"2026-11-21T08:30:00.000000Z","expires_at":"2026-11-22T08:30:00.000000Z"}""";
}
