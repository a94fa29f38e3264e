using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.Revocation;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Erases the accounts that are due, each in its own transaction, and skips locked ones: replicas share the work, and an account
/// that cannot be erased does not block the others.
/// </summary>
internal sealed class ErasureJob(
    IServiceScopeFactory scopes, NpgsqlDataSource database, RevocationFeed feed, IEnumerable<ErasureRule> rules, TimeProvider clock,
    ILogger<ErasureJob> logger)
    : PeriodicJob(TimeSpan.FromMinutes(1), clock, logger)
{
    private const int PageSize = 100;

    private readonly TimeProvider _clock = clock;

    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var erased = 0;
        foreach (var rule in rules)
        {
            erased += await RunAsync(rule, cancellationToken);
        }

        return erased;
    }

    private async Task<int> RunAsync(ErasureRule rule, CancellationToken cancellationToken)
    {
        var before = _clock.GetUtcNow() - rule.RetentionPeriod;
        var (erased, left) = (0, new List<Guid>());
        while (await NextAsync(rule, before, left, cancellationToken) is { Count: > 0 } due)
        {
            foreach (var id in due)
            {
                if (await TryEraseAsync(id, rule, before, cancellationToken))
                {
                    erased++;
                }
                else
                {
                    left.Add(id);
                }
            }
        }

        return erased;
    }

    private async Task<IReadOnlyList<Guid>> NextAsync(
        ErasureRule rule, DateTimeOffset before, List<Guid> left, CancellationToken cancellationToken)
    {
        await using var command =
            database.CreateCommand(
                $"SELECT coalesce(array_agg(id), '{{}}') "
                    + $"FROM (SELECT u.id FROM users u WHERE {rule.Condition} AND u.id <> ALL (@left) LIMIT {PageSize}) due");
        command.Add("before", before);
        command.Add("left", left.ToArray());
        return (Guid[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<bool> TryEraseAsync(Guid id, ErasureRule rule, DateTimeOffset before, CancellationToken cancellationToken)
    {
        try
        {
            return await EraseAsync(id, rule, before, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ErasureFailed(logger, id, rule.Reason, exception);
            return false;
        }
    }

    private async Task<bool> EraseAsync(Guid id, ErasureRule rule, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await LockAsync(id, rule, before, db.Connection(), cancellationToken))
        {
            return false;
        }

        var user = await db.Users.AsNoTracking().SingleAsync(found => found.Id == id, cancellationToken);
        var erased =
            await scope.ServiceProvider.GetRequiredService<AccountErasure>()
                .EraseAsync(user, new(rule.Reason, ErasureRule.Server), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(erased.Ended);
        return true;
    }

    // Check again once the row is locked, in case the person has signed in.
    private static async Task<bool> LockAsync(
        Guid id, ErasureRule rule, DateTimeOffset before, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT 1 FROM users u WHERE u.id = @id AND {rule.Condition} FOR UPDATE SKIP LOCKED";
        command.Add("id", id);
        command.Add("before", before);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }
}
