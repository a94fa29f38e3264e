using System.Runtime.CompilerServices;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace AuthServer.Platform.Telemetry;

/// <summary>
/// Exports metrics to an OpenTelemetry collector, configured by the standard variables. Only metrics: traces or logs would tell the
/// collector too much about people.
/// </summary>
internal static class MetricsExport
{
    private static readonly string[] Meters =
        [
            "authserver.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Net.Http",
            "System.Runtime"];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            Export(builder.Services);
        }
    }

    // Not inlined, so that without a collector none of the assemblies it needs are loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Export(IServiceCollection services) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("authserver").AddEnvironmentVariableDetector())
        .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter());
}
