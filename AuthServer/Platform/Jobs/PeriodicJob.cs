namespace AuthServer.Platform.Jobs;

/// <summary>
/// Something that has to be looked after every so often, on any replica: a step finds for itself what is due, and does no
/// harm when two replicas take it at once.
/// </summary>
internal abstract class PeriodicJob(TimeSpan interval, TimeProvider clock, ILogger logger) : BackgroundService
{
    /// <summary>Does what is due; answers how much that was.</summary>
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
                // Whatever it was, it must not take the server along; the next round finds the same to do.
                Log.JobFailed(logger, GetType().Name, exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
