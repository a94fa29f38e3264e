using System.Data.Common;

namespace AuthServer.Platform.Jobs;

/// <summary>
/// Periodic work that any replica can do: each run finds what is due by itself, and two replicas running at once do no harm.
/// </summary>
internal abstract class PeriodicJob(TimeSpan interval, TimeProvider clock, ILogger logger) : BackgroundService
{
    /// <summary>Does what is due; returns the number of items.</summary>
    public abstract Task<int> RunAsync(CancellationToken cancellationToken);

    private static bool IsOutage(Exception? exception) =>
        exception is DbException { IsTransient: true } or TimeoutException || (exception is not null && IsOutage(exception.InnerException));

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
                // No failure may stop the server; the next run finds the same work. An outage of the database is told elsewhere, once.
                if (!IsOutage(exception))
                {
                    Log.JobFailed(logger, GetType().Name, exception);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
