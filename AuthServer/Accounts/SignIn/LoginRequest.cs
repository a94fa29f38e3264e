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
        var field = Email is null ? "username" : "email";
        errors.Text(field, Name, MaxNameLength, required: true);
        if (Email is not null && Username is not null)
        {
            errors.Add("username", "Give email or username, not both.");
        }

        PasswordPolicy.CheckTyped(errors, "password", Password?.Reveal());
    }
}

/// <summary>An OAuth 2 password form (RFC 6749 section 4.3.2).</summary>
/// <param name="Username">User name or e-mail address.</param>
/// <param name="Password">The password.</param>
/// <param name="GrantType"><c>password</c>, or left out.</param>
public sealed record LoginForm(string Username, Secret Password, string? GrantType = null);
