using System.Data.Common;
using System.Security.Cryptography;
using Npgsql;

namespace AuthServer.Platform.Jobs;

/// <summary>Rows of which nobody will ask again.</summary>
/// <param name="Table">Where they are.</param>
/// <param name="Condition">Which they are, in SQL; <c>@before</c> is the moment after which they are kept. Needs an index.</param>
/// <param name="KeptFor">How long they are kept after that.</param>
internal sealed record Swept(string Table, string Condition, TimeSpan KeptFor);

/// <summary>
/// Keeps the tables small that grow with every sign-in and mail. A little at a time, past rows that somebody else holds,
/// so that nobody waits for it; several replicas may sweep at once.
/// </summary>
internal sealed class Sweep(NpgsqlDataSource database, IEnumerable<Swept> all, TimeProvider clock, ILogger<Sweep> logger) : BackgroundService
{
    internal const int BatchSize = 500;

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);

    /// <summary>Deletes what is due; answers how many rows that were.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var swept in all)
        {
            for (var last = BatchSize; last == BatchSize; deleted += last)
            {
                last = await DeleteAsync(swept, cancellationToken);
                await Task.Delay(last == BatchSize ? Breath : TimeSpan.Zero, cancellationToken);
            }
        }

        return deleted;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Not all replicas of a roll-out at the same moment, and not while they start.
            await Task.Delay(TimeSpan.FromMinutes(RandomNumberGenerator.GetInt32(30, 90)), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (DbException exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.SweepFailed(logger, exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<int> DeleteAsync(Swept swept, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            DELETE FROM {swept.Table} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {swept.Table} WHERE {swept.Condition} LIMIT {BatchSize} FOR UPDATE SKIP LOCKED))
            """);
        command.Parameters.Add(new("before", clock.GetUtcNow() - swept.KeptFor));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
