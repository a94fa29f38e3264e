using AuthServer.Platform.Configuration;

namespace AuthServer.AuditTrail;

internal static class AuditRegistration
{
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.AddSettings<AuditSettings>();
        var services = builder.Services;
        services.AddSingleton<ErasureProofs>();
        services.AddSingleton<SealKeys>();
        services.AddSingleton<SettledEvents>();
        services.AddSingleton<HeadKeeping>();
        services.AddScoped<AuditVerification>();
        services.AddScoped<KeptHeads>();
        services.AddScoped<HeadQuery>();
        services.AddSingleton<AuditSealing>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditSealing>());
        services.AddSingleton<AuditRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditRetention>());
    }
}
