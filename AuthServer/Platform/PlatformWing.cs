using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Telemetry;
using AuthServer.Platform.Web;

namespace AuthServer.Platform;

/// <summary>
/// What all leaves build on: HTTP, persistence, authorization, rate limits, configuration, cryptography, jobs, telemetry, and the
/// OpenAPI document.
/// </summary>
internal static class PlatformWing
{
    public static void AddPlatform(this WebApplicationBuilder builder)
    {
        builder.AddEdge();
        builder.AddDatabase();
        builder.AddRateLimits();
        builder.Services.AddPolicies();
        builder.Services.AddHealth();
        builder.AddTelemetry();
        builder.AddSettings<DocsSettings>();
        builder.Services.AddDescription();
    }

    public static void MapPlatform(this WebApplication app)
    {
        app.MapHealth();
        if (app.Services.GetRequiredService<DocsSettings>().Enabled)
        {
            app.MapDescription();
            app.MapDocsPage();
        }
    }
}
