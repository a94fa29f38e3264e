using System.Diagnostics;
using Npgsql;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Runs only where PgBouncer is installed; elsewhere the report says why the test was skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PgBouncerTheoryAttribute : TheoryAttribute
{
    public PgBouncerTheoryAttribute() => Skip = PgBouncer.WhyNot;
}

/// <summary>Debian's PgBouncer in front of the tests' cluster, with its own configuration and port.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";

    private readonly string _home = Directory.CreateTempSubdirectory("authserver-pgbouncer-").FullName;
    private readonly int _port = ServerProgram.FreePort();
    private readonly TestDatabase _database;
    private readonly Process _process;

    private PgBouncer(TestDatabase database, string mode)
    {
        _database = database;
        // Root's runs as another user, who has to read this.
        File.SetUnixFileMode(_home, File.GetUnixFileMode(_home) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.WriteAllLines(In("users"), new[] { database.ServerConnection, database.OwnerConnection }.Select(UserOf));
        File.WriteAllText(In("pgbouncer.ini"), Configuration(mode));
        string[] asNobody = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
        _process = Process.Start(new ProcessStartInfo(Program, ["-q", .. asNobody, In("pgbouncer.ini")]) { UseShellExecute = false })!;
    }

    /// <summary>Why it cannot be used here, or null.</summary>
    public static string? WhyNot =>
        File.Exists(Program) ? null : "PgBouncer is not installed (eng/test installs it where there is apt-get).";

    public string ServerConnection => Through(_database.ServerConnection);

    public string OwnerConnection => Through(_database.OwnerConnection);

    public static async Task<PgBouncer> StartAsync(TestDatabase database, string mode)
    {
        var started = new PgBouncer(database, mode);
        await Eventually.TrueAsync(started.AnswersAsync, "PgBouncer");
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ServerConnection + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException) when (!_process.HasExited)
        {
            return false;
        }
    }

    private string Through(string connection) =>
        new NpgsqlConnectionStringBuilder(connection) { Host = "127.0.0.1", Port = _port }.ConnectionString;

    private static string UserOf(string connection)
    {
        var user = new NpgsqlConnectionStringBuilder(connection);
        return $"\"{user.Username}\" \"{user.Password}\"";
    }

    private string Configuration(string mode)
    {
        var cluster = new NpgsqlConnectionStringBuilder(_database.ServerConnection);
        return $"""
            [databases]
            * = host={cluster.Host} port={cluster.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {_port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {In("users")}
            pool_mode = {mode}

            """;
    }

    private string In(string name) => Path.Combine(_home, name);
}
