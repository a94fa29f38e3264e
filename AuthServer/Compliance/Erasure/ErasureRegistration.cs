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
    public static void AddErasure(this WebApplicationBuilder builder)
    {
        builder.AddSettings<ErasureSettings>();
        var services = builder.Services;
        services.TryAddSingleton<ErasureProofs>();
        services.AddSingleton<OwnedKeys>();
        services.AddScoped<AccessEnd>();
        services.AddScoped<TracesElsewhere>();
        services.AddScoped<AuditErasure>();
        services.AddScoped<AccountErasure>();
        services.AddSingleton(new AccountsDue("asked_for", "u.erasure_due_at <= @before", TimeSpan.Zero));
        services.AddDuty<ErasureDuty>();
        services.AddDuty<LateEvents>();
        services.AddDuty<ProofRenewal>();
        services.AddScoped<IMailWriter, ErasureRequestedMail>();
        services.AddScoped<IMailWriter, ErasureUndoneMail>();
    }

    private static void AddDuty<T>(this IServiceCollection services) where T : PeriodicDuty
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
