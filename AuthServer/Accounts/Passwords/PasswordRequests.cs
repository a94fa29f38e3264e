using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Passwords;

/// <summary>Changes the signed-in person's password.</summary>
/// <param name="CurrentPassword">The password there is.</param>
/// <param name="NewPassword">The password there is to be: 12 to 128 characters.</param>
public sealed record ChangePasswordRequest(Secret? CurrentPassword = null, Secret? NewPassword = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        PasswordPolicy.CheckTyped(errors, "current_password", CurrentPassword?.Reveal());
        errors.Required("new_password", NewPassword);
    }
}

/// <summary>Asks for a link to set a new password.</summary>
/// <param name="Email">The account's address.</param>
/// <param name="Link">Where the link is to lead instead of the server's own page: one of <c>Links:Allowed</c>.</param>
public sealed record ResetRequest(string? Email = null, string? Link = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors) => errors.Email("email", Email);
}

/// <summary>Sets a new password.</summary>
/// <param name="Token">What stands behind <c>token=</c> in the link.</param>
/// <param name="NewPassword">The new password: 12 to 128 characters.</param>
public sealed record ConfirmResetRequest(Secret? Token = null, Secret? NewPassword = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Required("token", Token);
        errors.Required("new_password", NewPassword);
    }
}
