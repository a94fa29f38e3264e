using AuthServer.Platform.Persistence;

namespace AuthServer.Mail.Outbox;

/// <summary>
/// Sends the mails in the outbox: <c>pending → claimed → sent | dropped | pending, later | dead</c>. Any number of replicas work in
/// parallel without waiting for each other. While the mail server is unavailable, no mail's attempts are counted.
/// </summary>
internal sealed class MailDispatcher(OutboxBatch run, TimeProvider clock, ILogger<MailDispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private bool _isDown;
    private int _barredRuns;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Wait before the first poll, so that mails do not slow down the start of the server.
        for (var wait = Poll; await PauseAsync(wait, stoppingToken);)
        {
            wait = Poll;
            try
            {
                wait = await RunOnceAsync(stoppingToken);
                _isDown = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Log once per outage, not every second.
                if (!_isDown)
                {
                    LogDown(exception);
                }

                _isDown = true;
            }
        }
    }

    private async Task<bool> PauseAsync(TimeSpan wait, CancellationToken stopping)
    {
        await Task.Delay(wait, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }

    private async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        var outcome = await run.RunAsync(stopping);
        if (outcome.Barred is { } reason)
        {
            return Barred(reason);
        }

        if (_barredRuns > 0 && outcome.Claimed > 0)
        {
            Log.ServerBack(logger);
            _barredRuns = 0;
        }

        return outcome.Claimed == OutboxBatch.Most ? TimeSpan.Zero : Poll;
    }

    private TimeSpan Barred(string reason)
    {
        if (_barredRuns++ == 0)
        {
            Log.ServerUnusable(logger, reason);
        }

        return Backoff.OfTheServer.After(_barredRuns);
    }

    private void LogDown(Exception exception)
    {
        // An outage of the database is told once, by the listener.
        if (!DatabaseFaults.IsUnavailable(exception))
        {
            Log.DispatchingFailed(logger, exception);
        }
    }
}
