using AuthServer.Accounts.Credentials;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Passwords;

/// <summary>Changes the signed-in person's password.</summary>
/// <param name="CurrentPassword">The current password.</param>
/// <param name="NewPassword">The new password: 12 to 128 characters.</param>
public sealed record ChangePasswordRequest(Secret? CurrentPassword = null, Secret? NewPassword = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        PasswordPolicy.CheckTyped(errors, "current_password", CurrentPassword?.Reveal());
        PasswordPolicy.CheckNew(errors, "new_password", NewPassword);
    }
}

/// <summary>Requests a link to set a new password.</summary>
/// <param name="Email">The account's address.</param>
/// <param name="Link">Where the link should lead instead of the server's own page: one of <c>Links:Allowed</c>.</param>
public sealed record ResetRequest(string? Email = null, string? Link = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Email("email", Email);
        MailLinks.Check(errors, Link);
    }
}

/// <summary>Sets a new password.</summary>
/// <param name="Token">The value of <c>token=</c> in the link.</param>
/// <param name="NewPassword">The new password: 12 to 128 characters.</param>
public sealed record ConfirmResetRequest(Secret? Token = null, Secret? NewPassword = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Required("token", Token);
        PasswordPolicy.CheckNew(errors, "new_password", NewPassword);
    }
}
