using System.Data;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Import;

/// <summary>A table or view in another PostgreSQL database, read in one read-only transaction.</summary>
internal sealed class PostgresSource : ImportSource
{
    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _table;
    private readonly Func<Exception, string?> _explain;

    private PostgresSource(
        NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction, string table,
        Func<Exception, string?> explain) =>
        (_database, _connection, _transaction, _table, _explain) = (database, connection, transaction, table, explain);

    /// <exception cref="ImportFault">The database or the table cannot be reached.</exception>
    public static async Task<PostgresSource> OpenAsync(string url, string table, CancellationToken cancellationToken)
    {
        if (DatabaseUrl.Parse(url) is not { } parsed)
        {
            throw new ImportFault("--from cannot be read. Give postgresql://user@host:5432/database, and the password in PGPASSWORD.");
        }

        (parsed.ApplicationName, parsed.Timeout, parsed.CommandTimeout, parsed.Pooling) = ("AuthServer import", 5, 60, false);
        var explain = (Exception exception) => Said(exception, parsed, table);
        var database = NpgsqlDataSource.Create(parsed.ConnectionString);
        try
        {
            var connection = await database.OpenConnectionAsync(cancellationToken);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using var command = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new(database, connection, transaction, Quoted(table), explain);
        }
        catch (Exception exception) when (explain(exception) is { } reason)
        {
            await database.DisposeAsync();
            throw new ImportFault(reason);
        }
    }

    public override async Task<(IReadOnlyList<string> Columns, long Rows)> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var all = new NpgsqlCommand($"SELECT count(*) FROM {_table}", _connection, _transaction);
            var rows = (long)(await all.ExecuteScalarAsync(cancellationToken))!;
            await using var none = new NpgsqlCommand($"SELECT * FROM {_table} LIMIT 0", _connection, _transaction);
            await using var reader = await none.ExecuteReaderAsync(cancellationToken);
            return ([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)], rows);
        }
        catch (Exception exception) when (_explain(exception) is { } reason)
        {
            throw new ImportFault(reason);
        }
    }

    public override IAsyncEnumerable<RawRow> ReadAsync(IReadOnlyCollection<string>? columns, CancellationToken cancellationToken) =>
        ExplainedAsync(RowsAsync([.. columns ?? []], cancellationToken), _explain, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
        await base.DisposeAsync();
    }

    // Read as text, each value truncated at the maximum row size: such a row is then reported as too long.
    private async IAsyncEnumerable<RawRow> RowsAsync(string[] columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var list = string.Join(", ", columns.Select(column => $"left({Quoted(column, isOne: true)}::text, {LargestRow})"));
        // Ordered, so that a row keeps its number from one run to the next.
        await using var command =
            new NpgsqlCommand(
                $"SELECT {list} FROM {_table} ORDER BY {string.Join(", ", columns.Take(2).Select(column => Quoted(column, isOne: true)))}",
                _connection, _transaction);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        for (var number = 1L; await reader.ReadAsync(cancellationToken); number++)
        {
            var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            for (var index = 0; index < columns.Length; index++)
            {
                values[columns[index]] = reader.IsDBNull(index) ? null : reader.GetString(index);
            }

            yield return new(number, values);
        }
    }

    private static string Quoted(string name, bool isOne = false) =>
        string.Join('.', (isOne ? [name] : name.Split('.')).Select(part => $"\"{part.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    private static string? Said(Exception exception, NpgsqlConnectionStringBuilder at, string table) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } =>
            $"There is no table {table} in the source: name it with --table schema.table.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            $"{at.Username} may not read {table}: as its owner, GRANT USAGE ON SCHEMA {table.Split('.')[0]} TO {at.Username}; "
                + $"GRANT SELECT ON {table} TO {at.Username};",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            $"The source at {at.Host}:{at.Port} does not accept {at.Username} with this password: set PGPASSWORD to the right one.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
            $"There is no database {at.Database} at {at.Host}:{at.Port}.",
        PostgresException postgres => $"The source cannot be read: {postgres.MessageText} ({postgres.SqlState}).",
        // The driver has no error code for this.
        NpgsqlException { Message: var message } when message.StartsWith("No password", StringComparison.Ordinal) =>
            $"The source at {at.Host}:{at.Port} wants a password for {at.Username}, and none was given: set PGPASSWORD.",
        NpgsqlException or TimeoutException or SocketException => $"The source at {at.Host}:{at.Port} does not answer.",
        _ => null,
    };
}
