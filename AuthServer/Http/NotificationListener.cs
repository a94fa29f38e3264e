using System.Diagnostics;
using AuthServer.Data;
using Npgsql;

namespace AuthServer.Http;

/// <summary>
/// Holds the replica's one LISTEN connection and hands on what the others NOTIFY. Each time the connection is made
/// the subscribers first catch up from the tables, because what was notified meanwhile is lost. A heartbeat on the
/// same connection tells a quiet line from a dead one: after a second of silence nobody may rely on it.
/// </summary>
internal sealed class NotificationListener(DatabaseSettings database, ILogger<NotificationListener> logger) : BackgroundService
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private long _lastHeardAt;

    /// <summary>Whether everything committed more than a second ago has been heard.</summary>
    public bool IsCurrent => Volatile.Read(ref _lastHeardAt) is var heard and not 0 && Stopwatch.GetElapsedTime(heard) < Stale;

    /// <summary>To be called before the host starts.</summary>
    public void Subscribe(string channel, Func<CancellationToken, Task> catchUp, Action<string> receive) =>
        _subscriptions.Add(channel, new(catchUp, receive));

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
                Volatile.Write(ref _lastHeardAt, 0);
                Log.ListenerLost(logger, exception);
                await Task.Delay(RetryAfter, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        var address = DatabaseUrl.Parse(database.Url!)!;
        // Never from the pool: a LISTEN must not outlive its owner on a connection that others use.
        (address.Pooling, address.ApplicationName, address.Timeout, address.CommandTimeout) = (false, "AuthServer listener", 2, 1);
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        connection.Notification += (_, notice) => _subscriptions[notice.Channel].Receive(notice.Payload);
        await connection.OpenAsync(stopping);
        await using var listen = new NpgsqlCommand(string.Join(';', _subscriptions.Keys.Select(channel => $"LISTEN {channel}")), connection);
        await listen.ExecuteNonQueryAsync(stopping);
        foreach (var subscription in _subscriptions.Values)
        {
            await subscription.CatchUp(stopping);
        }

        await using var ping = new NpgsqlCommand("SELECT 1", connection);
        while (true)
        {
            var askedAt = Stopwatch.GetTimestamp();
            await ping.ExecuteNonQueryAsync(stopping);
            Volatile.Write(ref _lastHeardAt, askedAt);
            await connection.WaitAsync(Heartbeat, stopping);
        }
    }

    private sealed record Subscription(Func<CancellationToken, Task> CatchUp, Action<string> Receive);
}
