using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.EmailAddresses;
using AuthServer.Accounts.Identity;
using AuthServer.Accounts.Passwords;
using AuthServer.Accounts.Profile;
using AuthServer.Accounts.Registration;
using AuthServer.Accounts.SignIn;

namespace AuthServer.Accounts;

/// <summary>
/// Who a person is and how they authenticate. Identity manages the account; the only way to start a session is here.
/// </summary>
internal static class AccountsWing
{
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.AddCredentials();
        builder.AddIdentity();
        builder.AddRegistration();
        builder.AddSignIn();
        builder.AddPasswords();
        builder.AddEmailVerification();
        builder.AddProfile();
    }

    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        api.MapRegistration();
        api.MapSignIn();
        api.MapPasswords();
        api.MapEmailVerification();
        api.MapProfile();
    }
}
