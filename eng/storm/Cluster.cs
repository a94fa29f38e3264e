using System.Diagnostics;
using System.Globalization;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Storm;

/// <summary>The PostgreSQL cluster, seen by those who may look into it and break it.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string ListenerName = "AuthServer listener";

    private readonly NpgsqlDataSource _owner = Connect(Surroundings.OwnerUrl);
    private readonly NpgsqlDataSource _superuser = Connect(Surroundings.SuperuserUrl);
    private string _folder = "";

    public async Task SetUpAsync() => _folder = (string)(await Command(_superuser, "SHOW data_directory", []).ExecuteScalarAsync())!;

    /// <summary>As the owner of the tables.</summary>
    public NpgsqlCommand Sql(string sql, params (string Name, object Value)[] parameters) => Command(_owner, sql, parameters);

    public async Task<long> CountAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = Sql(sql, parameters);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async Task ExecuteAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = Sql(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends the connections on which the replicas listen; answers how many there were.</summary>
    public async Task<int> TerminateListenersAsync()
    {
        await using var command =
            Command(
                _superuser, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = @name",
                [("name", ListenerName)]);
        return Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>The server processes at the other end of the replicas' connections.</summary>
    public async Task<IReadOnlyList<int>> BackendsAsync(string application)
    {
        await using var command =
            Command(
                _superuser, "SELECT pid FROM pg_stat_activity WHERE application_name = @name AND datname = 'authserver'",
                [("name", application)]);
        var backends = new List<int>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            backends.Add(row.GetInt32(0));
        }

        return backends;
    }

    /// <summary>Transactions that the server's role has ended in the database so far.</summary>
    public async Task<long> TransactionsAsync()
    {
        // A backend hands its numbers in at most once a second, when it has nothing to do.
        await Task.Delay(1500);
        await using var command =
            Command(_superuser, "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'authserver'", []);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Stops it as <c>pg_ctl stop -m fast</c> does.</summary>
    public static Task StopAsync() => RunScriptAsync("stop");

    public static Task StartAsync() => RunScriptAsync("start");

    public void KillPostmaster() => Signals.Send(Postmaster(), Signal.Kill);

    /// <summary>Waits until it takes statements; answers the moment (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public async Task<long> UpAsync()
    {
        var since = Stopwatch.GetTimestamp();
        var address = DatabaseUrl.Parse(Surroundings.OwnerUrl)!;
        (address.Pooling, address.Timeout) = (false, 1);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(address.ConnectionString);
                await connection.OpenAsync();
                await using var ask = new NpgsqlCommand("SELECT 1", connection);
                await ask.ExecuteScalarAsync();
                // What our own pools hold is from before.
                _owner.Clear();
                _superuser.Clear();
                return Stopwatch.GetTimestamp();
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(10);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _owner.DisposeAsync();
        await _superuser.DisposeAsync();
    }

    private static NpgsqlDataSource Connect(string url)
    {
        var address = DatabaseUrl.Parse(url)!;
        (address.MaxPoolSize, address.ApplicationName) = (4, "storm");
        return NpgsqlDataSource.Create(address.ConnectionString);
    }

    private static NpgsqlCommand Command(NpgsqlDataSource role, string sql, (string Name, object Value)[] parameters)
    {
        var command = role.CreateCommand(sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static async Task RunScriptAsync(string verb)
    {
        using var script =
            Process.Start(
                new ProcessStartInfo(
                    Surroundings.PostgresScript, [verb, Surroundings.ClusterFolder])
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false
                })!;
        await script.WaitForExitAsync();
        if (script.ExitCode != 0)
        {
            throw new InvalidOperationException($"eng/postgres {verb} ended with {script.ExitCode}.");
        }
    }

    private int Postmaster() => int.Parse(File.ReadLines(Path.Combine(_folder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
}
