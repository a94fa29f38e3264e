using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Import;

/// <summary>
/// Allows one import at a time. A killed process loses the lock as soon as the database notices the closed connection.
/// </summary>
internal sealed class ImportLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private ImportLock(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    /// <summary>Null if another import holds the lock and does not release it within seconds.</summary>
    public static async Task<ImportLock?> TakeAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        var importLock = new ImportLock(connection, await connection.BeginTransactionAsync(cancellationToken));
        try
        {
            await importLock.ExecuteAsync(
                $"SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '3s'; "
                    + $"SELECT pg_advisory_xact_lock({AdvisoryLocks.Import})",
                cancellationToken);
            return importLock;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await importLock.DisposeAsync();
            return null;
        }
    }

    /// <summary>Throws if the connection, and with it the lock, is lost.</summary>
    public Task MakeSureAsync(CancellationToken cancellationToken) => ExecuteAsync("SELECT 1", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection, _transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
