using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

internal static class IdentityRegistration
{
    /// <summary>ASP.NET Core Identity's users, with our store, validators, normalisation and tokens in mailed links.</summary>
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // Registered before Identity's own, which is then omitted.
        services.AddScoped<IUserValidator<User>, AccountValidator>();
        services.AddScoped<IPasswordValidator<User>>(scope => scope.GetRequiredService<PasswordPolicy>());
        services.AddSingleton<ILookupNormalizer, CanonicalNormalizer>();
        services.AddIdentityCore<User>(Configure).AddUserStore<UserAccountStore>().AddUserManager<UserAccounts>()
            .AddTokenProvider<EmailTokenProvider>(EmailTokenProvider.Name);
        services.AddSingleton<EmailTokens>();
        services.AddScoped<AccountCommit>();
        services.AddSingleton<PasswordCheck>();
        services.AddScoped<PasswordReauthentication>();
        services.AddSingleton<PasswordResetRequirement>();
        services.AddJson(AccountsJson.Default);
        services.AddSingleton<SessionStarter>();
        services.AddSingleton<UserViewQuery>();
        services.AddScoped<LastAdminGuard>();
        services.AddScoped<IMailWriter, AccountLockedMail>();
        services.AddScoped<IMailWriter, PowerGainedMail>();
        services.AddScoped<IMailWriter, PowerGivenMail>();
    }

    private static void Configure(IdentityOptions options)
    {
        options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
        // Our throttle counts by name and network, so that nobody can lock the owner out from elsewhere.
        options.Lockout.AllowedForNewUsers = false;
        options.Tokens.PasswordResetTokenProvider = EmailTokenProvider.Name;
        options.Tokens.EmailConfirmationTokenProvider = EmailTokenProvider.Name;
        options.Tokens.ChangeEmailTokenProvider = EmailTokenProvider.Name;
    }

    // Identity's own normaliser converts to upper case, which maps look-alikes such as U+212A onto other people's addresses.
    private sealed class CanonicalNormalizer : ILookupNormalizer
    {
        public string? NormalizeEmail(string? email) => email is null ? null : EmailAddress.Canonicalize(email);

        public string? NormalizeName(string? name) => name is null ? null : UserName.Normalize(name);
    }
}
