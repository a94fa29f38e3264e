using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Mail;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// The end of an account: <c>asked for → grace → erased</c>, undone by signing in meanwhile; or at once, where staff delete it;
/// or after a time, where nobody has ever used it. However it comes to it, it is the same erasure.
/// </summary>
internal static class ErasureRegistration
{
    // Registered, perhaps with somebody else's address, and never proven nor signed in: it must not keep the address for good.
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
