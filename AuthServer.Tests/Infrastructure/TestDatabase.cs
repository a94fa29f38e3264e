using System.Diagnostics;
using System.Globalization;
using AuthServer.Migrations;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Tests.Infrastructure;

/// <summary>
/// A test class's own database, copied from one that was migrated once for the run. The server under test uses its restricted role;
/// the tests inspect and manipulate it as the owner.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private const string Template = "authserver_template";

    private static readonly Lazy<Task> TemplateIsReady = new(MakeTemplateAsync);
    private static int _made;

    private readonly string _name;
    private NpgsqlDataSource? _owner;

    private TestDatabase(string name) => _name = name;

    /// <summary>Connects as the server's role, in Npgsql's format.</summary>
    public string ServerConnection => With(Variable("TEST_APP_DATABASE_URL"), _name);

    /// <summary>Connects as the owner, in Npgsql's format.</summary>
    public string OwnerConnection => With(Variable("TEST_DATABASE_URL"), _name);

    public NpgsqlDataSource Owner => _owner ??= NpgsqlDataSource.Create(OwnerConnection + ";Maximum Pool Size=4");

    public static async Task<TestDatabase> CreateAsync()
    {
        await TemplateIsReady.Value;
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _made)}_{Environment.ProcessId}");
        await AdministerAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return new(name);
    }

    /// <summary>An empty database, for tests of the migrations themselves.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"empty_{Interlocked.Increment(ref _made)}_{Environment.ProcessId}");
        await AdministerAsync($"CREATE DATABASE {name}");
        return new(name);
    }

    public async Task<T> QueryAsync<T>(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<int> ExecuteAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs one statement from outside this database, with its name for {0}, and returns the first value.</summary>
    public Task<object?> BySuperuserAsync(string sql) =>
        AdministerAsync(sql.Replace("{0}", _name, StringComparison.Ordinal), "TEST_SUPERUSER_DATABASE_URL");

    /// <summary>What PostgreSQL has logged about this database, a line each.</summary>
    public async Task<IReadOnlyList<string>> LogAsync()
    {
        var log = await BySuperuserAsync("SELECT pg_read_file(pg_current_logfile())");
        return [.. ((string)log!).Split('\n').Where(line => line.Contains($"@{_name} ", StringComparison.Ordinal))];
    }

    /// <summary>All of it as text, by the <c>pg_dump</c> that belongs to the server.</summary>
    public async Task<string> DumpAsync()
    {
        var folder = (string)(await BySuperuserAsync("SELECT setting FROM pg_config WHERE name = 'BINDIR'"))!;
        var owner = new NpgsqlConnectionStringBuilder(OwnerConnection);
        var start = new ProcessStartInfo(Path.Combine(folder, "pg_dump"))
        {
            ArgumentList = { "--host", owner.Host!, "--port", $"{owner.Port}", "--username", owner.Username!, "--dbname", _name },
            Environment = { ["PGPASSWORD"] = owner.Password },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var dump = Process.Start(start)!;
        var errors = dump.StandardError.ReadToEndAsync();
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();
        dump.ExitCode.Should().Be(0, "pg_dump says {0}", await errors);
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        if (_owner is not null)
        {
            await _owner.DisposeAsync();
        }

        // Only a superuser can terminate connections left by the server's role.
        await AdministerAsync($"DROP DATABASE {_name} WITH (FORCE)", "TEST_SUPERUSER_DATABASE_URL");
    }

    private NpgsqlCommand Command(string sql, (string Name, object Value)[] parameters)
    {
        var command = Owner.CreateCommand(sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static async Task MakeTemplateAsync()
    {
        await AdministerAsync($"CREATE DATABASE {Template}");
        var owner = With(Variable("TEST_DATABASE_URL"), Template);
        (await DatabaseMigration.RunAsync(owner, With(Variable("TEST_APP_DATABASE_URL"), Template), TextWriter.Null)).Should().Be(0);
        // A template must have no connections, not even pooled ones.
        NpgsqlConnection.ClearAllPools();
    }

    private static async Task<object?> AdministerAsync(string sql, string role = "TEST_DATABASE_URL")
    {
        await using var connection = new NpgsqlConnection(With(Variable(role), "postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>A URL in Npgsql's format.</summary>
    public static string ConnectionOf(string url) => DatabaseUrl.Parse(url)!.ConnectionString;

    private static string With(string url, string database) =>
        new NpgsqlConnectionStringBuilder(ConnectionOf(url)) { Database = database }.ConnectionString;

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name)
            ?? throw new InvalidOperationException($"{name} is not set: run the tests with eng/test, which starts a cluster for them.");
}
