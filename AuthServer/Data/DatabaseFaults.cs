using Npgsql;

namespace AuthServer.Data;

/// <summary>Tells a database that is away or overwhelmed from a mistake of ours.</summary>
internal static class DatabaseFaults
{
    public static bool IsUnavailable(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                case PostgresException postgres:
                    return postgres.IsTransient || IsServerTrouble(postgres.SqlState);
                case NotReadyException or NpgsqlException or TimeoutException or System.Net.Sockets.SocketException:
                    return true;
                default:
                    continue;
            }
        }

        return false;
    }

    /// <summary>The name of the unique constraint that was violated, or null.</summary>
    public static string? ViolatedUniqueConstraint(Exception exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } postgres ? postgres.ConstraintName : null;

    // Classes 53 (resources), 57P (shutdown, starting up) and 58 (system error) of PostgreSQL's appendix A.
    private static bool IsServerTrouble(string state) =>
        state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal)
        || state.StartsWith("25006", StringComparison.Ordinal);
}
