using System.Runtime.CompilerServices;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace AuthServer.Platform.Telemetry;

/// <summary>
/// Exports metrics to an OpenTelemetry collector; the standard variables say where it is and which protocol it speaks. Metrics only: a
/// trace or a log would say more about people than a collector should have.
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

    // Not in line: without a collector, none of the assemblies it needs is loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Export(IServiceCollection services) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("authserver").AddEnvironmentVariableDetector())
        .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter());
}
