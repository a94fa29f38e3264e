using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AuthServer.Platform.Web;

/// <summary>
/// A graceful shutdown. A request sent at the moment its idle connection is closed gets no response, and its client cannot tell
/// whether it was handled. So at first nothing is closed: readiness fails, which makes load balancers go elsewhere, and each
/// response closes its connection properly. The listener closes when no more requests arrive.
/// </summary>
internal sealed class Draining : IHostedLifecycleService, IHealthCheck
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(3);

    private volatile bool _hasBegun;
    private long _requestedAt;

    public Task PassAsync(HttpContext context, RequestDelegate next)
    {
        Volatile.Write(ref _requestedAt, Stopwatch.GetTimestamp());
        if (_hasBegun && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }

    /// <summary>Runs before anything is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < AtMost
            && Volatile.Read(ref _requestedAt) is var requestedAt and not 0
            && Stopwatch.GetElapsedTime(requestedAt) < Quiet)
        {
            await Task.Delay(Quiet / 10, cancellationToken);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_hasBegun ? HealthCheckResult.Unhealthy("The server is stopping.") : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
