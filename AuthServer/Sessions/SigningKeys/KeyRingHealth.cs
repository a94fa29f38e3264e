using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AuthServer.Sessions.SigningKeys;

internal sealed class KeyRingHealth(KeyRing ring) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            ring.IsLoaded ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The signing keys have not been loaded."));
}
