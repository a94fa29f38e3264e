using Npgsql;

namespace AuthServer.AuditTrail;

/// <summary>
/// Knows up to where no more events can come. Ids are given out before transactions commit, so a lower one can appear after
/// a higher: sealed in between, it would be an event no seal names, which is what an intruder's looks like.
/// </summary>
internal sealed class AuditWatermark(NpgsqlDataSource database)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    // Every insert has this lock from before it gets an id until its transaction is over, and visible to all. That of
    // xmin would not do: a transaction may have got its number, and another one its commit, before either has an id.
    private const string WritersSql = """
        SELECT DISTINCT virtualtransaction FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'audit_events'::regclass AND mode = 'RowExclusiveLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    // And not the highest id in the table: whoever put one there that was never given out would have all that follow left behind it.
    private const string LastGivenSql = "SELECT pg_sequence_last_value(pg_get_serial_sequence('audit_events', 'id')::regclass)";

    /// <summary>The id up to which everything is decided; null where there is none, or where somebody is writing for long.</summary>
    public async Task<long?> FindLastAsync(CancellationToken cancellationToken)
    {
        // In this order: who is given an id after this one need not be waited for.
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
