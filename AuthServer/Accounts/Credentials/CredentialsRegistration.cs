using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Cryptography;
using AuthServer.Platform.Jobs;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Credentials;

internal static class CredentialsRegistration
{
    /// <summary>Passwords, throttling of guesses, and Identity's hasher with our cost.</summary>
    public static void AddCredentials(this WebApplicationBuilder builder)
    {
        builder.AddSettings<PasswordSettings>();
        builder.Services.AddOptions<PasswordHasherOptions>().Configure<PasswordSettings>(
            (options, settings) => options.IterationCount = settings.Iterations);
        builder.Services.AddSingleton<PasswordHasher<User>>();
        builder.Services.AddSingleton(services => Argon2Cost.Of(services.GetRequiredService<PasswordSettings>()));
        builder.Services.AddSingleton<Argon2idHasher>();
        builder.Services.AddSingleton(HasherOf);
        builder.Services.AddSingleton<HashRest>();
        builder.Services.AddSingleton<StoredHashes>();
        builder.Services.AddSingleton<PasswordHashing>();
        BreachedPasswords.AddClient(builder.Services);
        builder.Services.AddSingleton<BreachedPasswords>();
        builder.Services.AddSingleton<PasswordPolicy>();
        builder.AddSettings<SignInSettings>();
        builder.Services.AddSingleton(
            services => new RecentSignIn(TimeSpan.FromMinutes(services.GetRequiredService<SignInSettings>().RecentMinutes)));
        builder.AddSettings<RegistrationSettings>();
        builder.AddSettings<EmailTokenSettings>();
        // Of one network they are forgotten a day after their end, which comes in less than a day.
        builder.Services.AddSingleton(
            new RetentionRule(
                "sign_in_lockouts",
                $"network <> '{SignInLockout.Anywhere}' AND window_started_at < @before "
                    + "AND coalesce(locked_until, window_started_at) < @before",
                TimeSpan.FromDays(2)));
        builder.Services.AddSingleton(
            new RetentionRule(
                "sign_in_lockouts", "window_started_at < @before AND coalesce(locked_until, window_started_at) < @before",
                SignInThrottle.Remembered));
        builder.Services.AddSingleton(new RetentionRule("data_protection_keys", "created_at < @before", ProtectionKeys.RetentionPeriod));
        builder.Services.AddSingleton<AccountRules>();
        builder.Services.AddSingleton<SignInThrottle>();
        builder.Services.AddSingleton<CorrectPasswordLimits>();
        builder.Services.AddScoped<SignInLocks>();
        builder.Services.AddSingleton<SignInIdentifierLocks>();
        builder.Services.AddProtectionKeys();
    }

    private static IPasswordHasher<User> HasherOf(IServiceProvider services) =>
        services.GetRequiredService<PasswordSettings>().Hash == PasswordHashFunction.Argon2id
            ? services.GetRequiredService<Argon2idHasher>()
            : services.GetRequiredService<PasswordHasher<User>>();
}
