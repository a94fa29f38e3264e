namespace AuthServer.Platform.Jobs;

/// <summary>
/// Work that is done every so often, on any replica: each run finds by itself what is due, and does no harm when two replicas run at once.
/// </summary>
internal abstract class PeriodicJob(TimeSpan interval, TimeProvider clock, ILogger logger) : BackgroundService
{
    /// <summary>Does what is due; returns how much that was.</summary>
    public abstract Task<int> RunAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, it must not stop the server; the next run finds the same work.
                Log.JobFailed(logger, GetType().Name, exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
