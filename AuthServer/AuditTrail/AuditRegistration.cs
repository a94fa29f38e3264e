using AuthServer.Platform.Configuration;

namespace AuthServer.AuditTrail;

internal static class AuditRegistration
{
    public static void AddAuditTrail(this WebApplicationBuilder builder)
    {
        builder.AddSettings<AuditSettings>();
        var services = builder.Services;
        services.AddSingleton<RedactionProofs>();
        services.AddSingleton<SealKeys>();
        services.AddSingleton<AuditWatermark>();
        services.AddSingleton<CheckpointPublisher>();
        services.AddScoped<AuditVerification>();
        services.AddScoped<CheckpointVerifier>();
        services.AddScoped<CheckpointQuery>();
        services.AddSingleton<AuditSealing>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditSealing>());
        services.AddSingleton<AuditRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditRetention>());
    }
}
