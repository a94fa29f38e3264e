using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.SignIn;

/// <summary>Signs a person in, by <c>email</c> or <c>username</c>; either field accepts both.</summary>
/// <param name="Email">E-mail address, or user name.</param>
/// <param name="Username">User name, or e-mail address.</param>
/// <param name="Password">The password.</param>
/// <param name="DeviceName">
/// The name shown in the person's list of devices, such as <c>Dana's phone</c>; cleaned, and cut to 100 characters.
/// </param>
public sealed record LoginRequest(string? Email = null, string? Username = null, Secret? Password = null, string? DeviceName = null)
    : IValidated
{
    private const int MaxNameLength = 254;

    internal string? Name => Email ?? Username;

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Rule("email", new() { MinLength = 1, MaxLength = MaxNameLength });
        errors.Rule("username", new() { MinLength = 1, MaxLength = MaxNameLength, HasAlternative = true });
        var field = Email is null ? "username" : "email";
        errors.Text(field, Name, MaxNameLength, required: true);
        if (Email is not null && Username is not null)
        {
            errors.Add("username", "Give email or username, not both.");
        }

        PasswordPolicy.CheckTyped(errors, "password", Password?.Reveal());
    }
}

/// <summary>An OAuth 2 form (RFC 6749 sections 4.3.2 and 6). Other parameters are ignored, as the standard demands.</summary>
/// <param name="GrantType"><c>password</c>, <c>refresh_token</c>, or left out for <c>password</c>.</param>
/// <param name="Username">With <c>password</c>: user name or e-mail address.</param>
/// <param name="Password">With <c>password</c>: the password.</param>
/// <param name="RefreshToken">With <c>refresh_token</c>: the refresh token of the last response.</param>
public sealed record TokenForm(
    string? GrantType = null, string? Username = null, Secret? Password = null, Secret? RefreshToken = null);
