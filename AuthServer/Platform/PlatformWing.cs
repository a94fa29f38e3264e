using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Telemetry;
using AuthServer.Platform.Web;

namespace AuthServer.Platform;

/// <summary>
/// What every slice stands on: the web edge, persistence, authorization, limits, configuration, keys, jobs, telemetry, and the
/// description of the routes.
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
        builder.Services.AddDescription();
    }

    public static void MapPlatform(this WebApplication app)
    {
        app.MapHealth();
        app.MapDescription();
        app.MapDocsPage();
    }
}
