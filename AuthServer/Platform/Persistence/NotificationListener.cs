using System.Diagnostics;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Holds the replica's LISTEN connection and passes on notifications. After each connect the subscribers first catch up from the
/// tables, because notifications sent meanwhile are lost. A heartbeat distinguishes an idle connection from a dead one, and reads
/// the database's clock.
/// </summary>
internal sealed class NotificationListener(
    ListenConnectionState listening, IEnumerable<INotificationSubscriber> subscribers, DatabaseClock shared, DatabaseSettings database,
    DatabaseOutage outage, ILogger<NotificationListener> logger)
    : BackgroundService
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, INotificationSubscriber> _subscribers =
        subscribers.ToDictionary(subscriber => subscriber.Channel, StringComparer.Ordinal);
    private bool _isDown;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                listening.Lost();
                // If the connection ends together with the database, nothing is missed; if it stops responding, something may be.
                if (!DatabaseFaults.IsRefusal(exception) && !DatabaseFaults.IsCut(exception))
                {
                    listening.MayHaveMissed();
                }

                TellOnce(exception);
                await Task.Delay(RetryAfter, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void TellOnce(Exception exception)
    {
        if (DatabaseFaults.IsUnavailable(exception))
        {
            outage.Failed(exception);
        }
        else if (!_isDown)
        {
            Log.LineLost(logger, exception);
            _isDown = true;
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        var address = DatabaseUrl.Parse(database.Url!)!;
        // Never from the pool: a LISTEN must not remain on a connection that others use.
        (address.Pooling, address.ApplicationName, address.Timeout, address.CommandTimeout) = (false, "AuthServer listener", 2, 1);
        await using var source = new NpgsqlDataSourceBuilder(address.ConnectionString) { Name = address.ApplicationName }.BuildWritable();
        await using var connection = source.CreateConnection();
        connection.Notification += (_, notice) => _subscribers[notice.Channel].Receive(notice.Payload);
        await connection.OpenAsync(stopping);
        await DatabaseProbe.RefuseSharingAsync(connection, source, stopping);
        listening.MayHaveMissed();
        await using var listen = new NpgsqlCommand(string.Join(';', _subscribers.Keys.Select(channel => $"LISTEN {channel}")), connection);
        await listen.ExecuteNonQueryAsync(stopping);
        foreach (var subscriber in _subscribers.Values)
        {
            await subscriber.CatchUpAsync(stopping);
        }

        if (_isDown)
        {
            Log.LineBack(logger);
        }

        _isDown = false;
        await using var ping = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        while (true)
        {
            var askedAt = Stopwatch.GetTimestamp();
            var databaseTime = new DateTimeOffset((DateTime)(await ping.ExecuteScalarAsync(stopping))!);
            // The machine's real clock, not a test's.
            shared.Compare(databaseTime, TimeProvider.System.GetUtcNow() - (Stopwatch.GetElapsedTime(askedAt) / 2));
            listening.HeardAt(askedAt);
            outage.Answered();
            await connection.WaitAsync(Heartbeat, stopping);
        }
    }
}
