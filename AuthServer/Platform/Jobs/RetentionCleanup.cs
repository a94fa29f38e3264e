using System.Data.Common;
using System.Security.Cryptography;
using Npgsql;

namespace AuthServer.Platform.Jobs;

/// <summary>Selects rows that are no longer needed.</summary>
/// <param name="Table">The table.</param>
/// <param name="Condition">SQL; rows whose time is after <c>@before</c> are kept. Needs an index.</param>
/// <param name="RetentionPeriod">How long matching rows are kept.</param>
internal sealed record RetentionRule(string Table, string Condition, TimeSpan RetentionPeriod)
{
    /// <summary>What is forgotten of a row that stays: the <c>SET</c> of an update, after which the condition is no longer met.</summary>
    public string? Forgets { get; init; }
}

/// <summary>
/// Keeps tables small that grow with every sign-in and mail. Deletes in small steps and skips locked rows, so that nobody waits for
/// it; several replicas may run it at once.
/// </summary>
internal sealed class RetentionCleanup(
    NpgsqlDataSource database, IEnumerable<RetentionRule> all, TimeProvider clock, ILogger<RetentionCleanup> logger) : BackgroundService
{
    internal const int BatchSize = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Deletes or forgets what is due; returns the number of rows.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var rule in all)
        {
            for (var last = BatchSize; last == BatchSize; deleted += last)
            {
                last = await DeleteAsync(rule, cancellationToken);
                await Task.Delay(last == BatchSize ? Pause : TimeSpan.Zero, cancellationToken);
            }
        }

        return deleted;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Not on all replicas of a rollout at the same time, and not during their start.
            await Task.Delay(TimeSpan.FromMinutes(RandomNumberGenerator.GetInt32(30, 90)), stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (DbException exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.CleanupFailed(logger, exception);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<int> DeleteAsync(RetentionRule rule, CancellationToken cancellationToken)
    {
        var act = rule.Forgets is null ? $"DELETE FROM {rule.Table}" : $"UPDATE {rule.Table} SET {rule.Forgets}";
        await using var command = database.CreateCommand($"""
            {act} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {rule.Table} WHERE {rule.Condition} LIMIT {BatchSize} FOR UPDATE SKIP LOCKED))
            """);
        command.Parameters.Add(new("before", clock.GetUtcNow() - rule.RetentionPeriod));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
