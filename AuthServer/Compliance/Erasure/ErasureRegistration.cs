using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Mail;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// The ways an account ends: <c>requested → grace period → erased</c>, cancelled by signing in; immediately, if staff delete it; or
/// after a time, if it was never used. All of them use the same erasure.
/// </summary>
internal static class ErasureRegistration
{
    // Registered, possibly with somebody else's address, and never confirmed or signed in: such an account must not block the
    // address for ever.
    private const string NeverUsed =
        "NOT u.email_confirmed AND u.created_at < @before AND u.last_login_at IS NULL AND u.password_hash IS NOT NULL AND u.legacy_id IS "
            + "NULL";
    private const string UnusedGuest =
        "u.is_anonymous AND u.created_at < @before AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id AND s.last_used_at >= "
            + "@before)";
    private static readonly TimeSpan UnprovenFor = TimeSpan.FromDays(7);

    public static void AddErasure(this WebApplicationBuilder builder)
    {
        builder.AddSettings<ErasureSettings>();
        var services = builder.Services;
        services.TryAddSingleton<RedactionProofs>();
        services.AddSingleton<OwnedApiKeyRevocation>();
        services.AddScoped<AccessTermination>();
        services.AddScoped<ReferencesInOtherRows>();
        services.AddScoped<AuditErasure>();
        services.AddScoped<AccountErasure>();
        services.AddSingleton(new ErasureRule("asked_for", "u.erasure_due_at <= @before", TimeSpan.Zero));
        services.AddSingleton(new ErasureRule("never_used", NeverUsed, UnprovenFor));
        services.AddSingleton(provider =>
            new ErasureRule("guest_unused", UnusedGuest, provider.GetRequiredService<RegistrationSettings>().GuestsKeptFor));
        services.AddDuty<ErasureJob>();
        services.AddDuty<ResidualAuditErasure>();
        services.AddDuty<RedactionProofRotation>();
        services.AddScoped<IMailWriter, ErasureRequestedMail>();
        services.AddScoped<IMailWriter, ErasureUndoneMail>();
    }

    private static void AddDuty<T>(this IServiceCollection services) where T : PeriodicJob
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
