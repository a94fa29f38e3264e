using System.Net.Sockets;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>Whether this is a database that can be used at all.</summary>
internal static class DatabaseProbe
{
    private static readonly Version Oldest = new(15, 0);

    /// <summary>Opens a connection; null if nothing is wrong, or if it is a bug.</summary>
    public static async Task<OperatorFault?> FaultAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await RefuseSharingAsync(connection, database, cancellationToken);
            return Fault(connection);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            return OperatorFaults.Find(exception);
        }
    }

    /// <summary>
    /// Throws if a pooler gives two connections one process of PostgreSQL in turn. Nothing else would tell: LISTEN succeeds there, and no
    /// notification ever comes, so that a session ended at one replica would live on at the others.
    /// </summary>
    public static async Task RefuseSharingAsync(
        NpgsqlConnection connection, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var other = await database.OpenConnectionAsync(cancellationToken);
        // More than once, because somebody else may get the process in between.
        for (var time = 0; time < 3; time++)
        {
            if (await ProcessOfAsync(connection, cancellationToken) == await ProcessOfAsync(other, cancellationToken))
            {
                throw new SharedConnectionException();
            }
        }
    }

    /// <summary>PostgreSQL has told all this when the connection was opened.</summary>
    public static OperatorFault? Fault(NpgsqlConnection connection)
    {
        var told = connection.PostgresParameters;
        return IsTooOld(connection.PostgreSqlVersion) ? new(OperatorFaults.TooOld)
            : told.GetValueOrDefault("server_encoding") is not (null or "UTF8") ? new(OperatorFaults.OtherEncoding)
            : told.GetValueOrDefault("in_hot_standby") == "on" || told.GetValueOrDefault("default_transaction_read_only") == "on"
                ? new(OperatorFaults.ReadOnly, IsLasting: false)
            : null;
    }

    public static bool IsTooOld(Version version) => version < Oldest;

    // Not the number that was told when the connection was opened: a pooler makes that up.
    private static async Task<string> ProcessOfAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid() || ' since ' || pg_postmaster_start_time()", connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>Two connections share a process of PostgreSQL, in turn.</summary>
internal sealed class SharedConnectionException() : NpgsqlException("Two connections share a process of PostgreSQL.");
