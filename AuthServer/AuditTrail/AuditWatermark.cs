using Npgsql;

namespace AuthServer.AuditTrail;

/// <summary>
/// Finds the id below which no more events can appear. Ids are assigned before transactions commit, so a lower id can become
/// visible after a higher one. If a seal covered the higher one by then, the late event would be in no seal and look like one
/// inserted by an intruder.
/// </summary>
internal sealed class AuditWatermark(NpgsqlDataSource database)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    // Every insert holds this lock from before it gets an id until its transaction has ended and is visible. The xmin horizon would
    // not do: a transaction may have its number, and another its commit, before either has an id.
    private const string WritersSql = """
        SELECT DISTINCT virtualtransaction FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'audit_events'::regclass AND mode = 'RowExclusiveLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    // Not the highest id in the table: after a row inserted by hand with an id far above the sequence, later events would never be
    // sealed.
    private const string LastGivenSql = "SELECT pg_sequence_last_value(pg_get_serial_sequence('audit_events', 'id')::regclass)";

    /// <summary>The highest id that is safe to seal; null if there is none or if a long transaction is still writing.</summary>
    public async Task<long?> FindLastAsync(CancellationToken cancellationToken)
    {
        // Read the last id first: transactions that get an id after that need not be waited for.
        var last = await LastGivenAsync(cancellationToken);
        var writers = last is null ? [] : await WritersAsync(cancellationToken);
        for (var waited = TimeSpan.Zero; writers.Count > 0; waited += Between)
        {
            if (waited >= Timeout)
            {
                return null;
            }

            await Task.Delay(Between, cancellationToken);
            writers.IntersectWith(await WritersAsync(cancellationToken));
        }

        return last;
    }

    private async Task<long?> LastGivenAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LastGivenSql);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    private async Task<HashSet<string>> WritersAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WritersSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var writers = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            writers.Add(reader.GetString(0));
        }

        return writers;
    }
}
