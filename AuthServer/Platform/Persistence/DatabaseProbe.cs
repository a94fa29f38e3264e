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
            return Fault(connection);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            return OperatorFaults.Find(exception);
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
}
