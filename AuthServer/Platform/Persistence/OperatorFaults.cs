using System.Collections.Frozen;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>Something that is wrong with the machine, the database or the settings, and that the operator can mend.</summary>
/// <param name="Sentence">What is wrong, and the remedy.</param>
/// <param name="IsLasting">Whether it stays wrong until somebody mends it: waiting is of no use.</param>
internal sealed record OperatorFault(string Sentence, bool IsLasting = true);

/// <summary>
/// The one place that knows every fault an operator can cause, by the exception it ends in: for the server, the migrations and every
/// command. What is not here is a bug, and is reported as one.
/// </summary>
internal static class OperatorFaults
{
    public const string OtherEncoding = "The database's encoding is not UTF8, so most names cannot be stored: create one with ENCODING "
        + "'UTF8' TEMPLATE template0, and name that.";

    public const string OtherLetters = "The database's locale has Turkish letters, where I is not the capital of i, so that many people "
        + "would not be found by their names: create one with LOCALE 'C' TEMPLATE template0, and name that.";

    public const string ReadOnly = "The database can only be read: it is a standby, or default_transaction_read_only is on. Name the "
        + "primary in DATABASE_URL, or both as host1,host2.";

    public const string TooOld = "PostgreSQL is older than version 15: upgrade it.";

    private const string Pooler = "DATABASE_URL leads through a pooler that gives each transaction another connection (PgBouncer's "
        + "pool_mode = transaction), and prepared statements and LISTEN are lost: use pool_mode = session, or PostgreSQL's own port.";

    private const string NotMigrated = "The database has not been migrated, or not for this version: run the Migrations program.";

    private static readonly OperatorFault Away =
        new("The database does not answer: see whether PostgreSQL is overloaded, and whether a firewall is in the way.", IsLasting: false);

    // PostgreSQL's appendix A.
    private static readonly FrozenDictionary<string, OperatorFault> ByState = new Dictionary<string, OperatorFault>(StringComparer.Ordinal)
    {
        [PostgresErrorCodes.InvalidPassword] =
            new("PostgreSQL refuses the password in DATABASE_URL: correct it, or set the role's by ALTER ROLE … PASSWORD."),
        [PostgresErrorCodes.InvalidAuthorizationSpecification] =
            new("PostgreSQL does not admit the role in DATABASE_URL: create it by CREATE ROLE … LOGIN, and admit it in pg_hba.conf."),
        [PostgresErrorCodes.InvalidCatalogName] =
            new("There is no database of the name in DATABASE_URL: create it, and run the Migrations program."),
        [PostgresErrorCodes.InsufficientPrivilege] =
            new("The role in DATABASE_URL lacks a right: run the Migrations program with the owner in MIGRATIONS_DATABASE_URL and this "
                + "role in DATABASE_URL; it grants what the server needs."),
        [PostgresErrorCodes.UndefinedTable] = new(NotMigrated),
        [PostgresErrorCodes.UndefinedColumn] = new(NotMigrated),
        [PostgresErrorCodes.UndefinedFunction] = new(NotMigrated),
        [PostgresErrorCodes.ReadOnlySqlTransaction] = new(ReadOnly, IsLasting: false),
        [PostgresErrorCodes.DuplicatePreparedStatement] = new(Pooler),
        [PostgresErrorCodes.InvalidSqlStatementName] = new(Pooler),
        [PostgresErrorCodes.UntranslatableCharacter] = new(OtherEncoding),
        [PostgresErrorCodes.ProtocolViolation] =
            new("The pooler in front of PostgreSQL refuses the connection, and its own log says why: correct DATABASE_URL or the pooler."),
        [PostgresErrorCodes.TooManyConnections] =
            new("PostgreSQL admits no more connections: raise max_connections (or the role's CONNECTION LIMIT), or lower "
                + "Database:MaxConnections of each replica.", IsLasting: false),
        [PostgresErrorCodes.DiskFull] = new("PostgreSQL's disk is full: make room on it.", IsLasting: false),
        [PostgresErrorCodes.OutOfMemory] = new("PostgreSQL is out of memory: give it more, or lower its settings.", IsLasting: false),
        [PostgresErrorCodes.AdminShutdown] = new("PostgreSQL is stopping: start it again.", IsLasting: false),
        [PostgresErrorCodes.CrashShutdown] = new("PostgreSQL has crashed and is recovering: see its log.", IsLasting: false),
        [PostgresErrorCodes.CannotConnectNow] = new("PostgreSQL is starting or stopping: wait a moment.", IsLasting: false),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Null if it is a bug.</summary>
    public static OperatorFault? Find(Exception exception)
    {
        var causes = DatabaseFaults.Causes(exception).ToList();
        return causes.OfType<PostgresException>().FirstOrDefault() is { } postgres ? OfPostgres(postgres)
            : causes.Exists(cause => cause is NpgsqlException) ? OfConnection(causes)
            : causes.Select(OfMachine).FirstOrDefault(fault => fault is not null);
    }

    private static OperatorFault? OfPostgres(PostgresException exception) =>
        ByState.GetValueOrDefault(exception.SqlState) ?? (DatabaseFaults.IsUnavailable(exception) ? Away : null);

    private static OperatorFault OfConnection(List<Exception> causes) =>
        causes.Select(OfConnection).FirstOrDefault(fault => fault is not null) ?? Away;

    private static OperatorFault? OfConnection(Exception cause) => cause switch
    {
        SharedConnectionException => new(Pooler),
        AuthenticationException =>
            new("PostgreSQL's certificate cannot be verified: name its authority by sslrootcert=FILE in DATABASE_URL, and the host as the "
                + "certificate does."),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or CryptographicException =>
            new("A certificate or key that DATABASE_URL names cannot be read: correct sslrootcert, sslcert or sslkey."),
        // Npgsql says it in words alone.
        NpgsqlException when cause.Message.StartsWith("SSL connection requested", StringComparison.Ordinal) =>
            new("PostgreSQL offers no TLS, and DATABASE_URL asks for it: turn it on (ssl = on)."),
        NpgsqlException when cause.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal) =>
            new("All connections of this process are in use: raise Database:MaxConnections, or add replicas.", IsLasting: false),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            new("The host in DATABASE_URL has no address: correct its name, or this machine's DNS.", IsLasting: false),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            new("Nothing listens at the address in DATABASE_URL: start PostgreSQL, or correct host and port.", IsLasting: false),
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown }
            or EndOfStreamException =>
            new("The connection to the database broke off: see whether PostgreSQL was restarted.", IsLasting: false),
        SocketException => new("The address in DATABASE_URL cannot be reached: correct it, or this machine's network.", IsLasting: false),
        _ => null,
    };

    private static OperatorFault? OfMachine(Exception cause) => cause switch
    {
        NotReadyException => new($"{cause.Message} Wait a moment."),
        TimeoutException => Away,
        InvalidDataException when cause.InnerException is FormatException => new($"{cause.Message} It is not valid JSON: correct it."),
        AddressInUseException => new("The port is in use: stop what listens there, or set ASPNETCORE_URLS to another one."),
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            new("This user may not listen at that port: set ASPNETCORE_URLS to one above 1023."),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            new("This machine does not have the address in ASPNETCORE_URLS: correct it, or use http://0.0.0.0:8080."),
        // Their messages name the file, or the remedy.
        UnauthorizedAccessException => new($"{cause.Message} Give this user the right to it."),
        FileNotFoundException or DirectoryNotFoundException => new($"{cause.Message} Correct the path."),
        CryptographicException => new(cause.Message),
        _ => null,
    };
}
