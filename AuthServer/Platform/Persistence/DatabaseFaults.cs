using System.Net.Sockets;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>Distinguishes an unavailable or overloaded database from a bug of ours.</summary>
internal static class DatabaseFaults
{
    public static bool IsUnavailable(Exception? exception) =>
        Causes(exception).FirstOrDefault(
            cause => cause is NotReadyException or NpgsqlException or TimeoutException or SocketException) switch
        {
            null => false,
            PostgresException postgres => postgres.IsTransient || IsServerTrouble(postgres.SqlState),
            _ => true,
        };

    /// <summary>
    /// Whether the database refused the connection: nothing listens at its port, or PostgreSQL reports that it is stopping, has
    /// crashed or is not up yet. A timeout does not count: a database that is unreachable from here may still serve others.
    /// </summary>
    public static bool IsRefusal(Exception exception) => Causes(exception).Any(cause =>
        cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            || cause is PostgresException { SqlState: ['5', '7', 'P', '0', '1' or '2' or '3'] });

    /// <summary>Whether the role may not do what was tried.</summary>
    public static bool IsMissingRight(Exception exception) =>
        Causes(exception).Any(cause => cause is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege });

    /// <summary>Whether the server closed the connection while it was in use.</summary>
    public static bool IsCut(Exception exception) => Causes(exception).Any(cause =>
        cause is EndOfStreamException or SocketException
        {
            SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted
            or SocketError.Shutdown
        }
            or PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown });

    /// <summary>The name of the unique constraint that was violated, or null.</summary>
    public static string? ViolatedUniqueConstraint(Exception exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } postgres
            ? postgres.ConstraintName
            : null;

    public static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }

    // Classes 28 (role or password), 3D (no such database), 53 (resources), 57P (shutdown, starting up) and 58 (system error) of
    // PostgreSQL's appendix A, and what else is the operator's to mend: a right, the migrations, a standby, a pooler.
    private static bool IsServerTrouble(string state) =>
        state[..2] is "28" or "3D" or "53" or "57" or "58"
            || state is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InsufficientPrivilege
                or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.DuplicatePreparedStatement
                or PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.ProtocolViolation;
}
