using System.Globalization;
using System.Text.Json;
using AuthServer.Accounts.Identity;
using AuthServer.Sessions.Refresh;
using Npgsql;

namespace AuthServer.Load;

/// <summary>People to sign in as, and for each worker a session of the server's, of the bare server's and of pgbench's.</summary>
internal sealed class Population(NpgsqlDataSource database, Uri server, HttpMessageInvoker http)
{
    public const int People = 1000;
    public const string Password = "correct horse battery staple";

    private const string FirstName = "first@example.org";
    private const string BareDevice = "bare";

    private int _registered;

    /// <summary>Each worker's signed-in session, kept up to date as it is refreshed.</summary>
    public TokenResponse[] Tokens { get; private set; } = [];

    public Guid[] UserIds { get; private set; } = [];

    public BareRotation[] BareSessions { get; private set; } = [];

    public static string NameOf(int person) => string.Create(CultureInfo.InvariantCulture, $"person-{person}@example.org");

    public string NextNewName() => string.Create(CultureInfo.InvariantCulture, $"new-{Interlocked.Increment(ref _registered)}@example.org");

    public async Task SettleAsync(int workers)
    {
        await SignInAsync("register", FirstName, "template");
        await ExecuteAsync(
            """
            WITH made AS (
                INSERT INTO users (id, email, normalized_email, password_hash, security_stamp, status, token_version,
                    created_at, email_confirmed,
                    phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count)
                SELECT gen_random_uuid(), name, name, password_hash, security_stamp, status, token_version, created_at, email_confirmed,
                    phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count
                FROM users u, generate_series(0, @people - 1) AS n, LATERAL (SELECT 'person-' || n || '@example.org' AS name) names
                WHERE u.email = @template
                RETURNING id)
            INSERT INTO user_roles (user_id, role_id)
            SELECT made.id, ur.role_id FROM made, users u JOIN user_roles ur ON ur.user_id = u.id WHERE u.email = @template
            """, new("people", People), new("template", FirstName));
        var signedIn = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => SignInAsync("login", NameOf(worker), "ours")));
        Tokens = [.. signedIn];
        UserIds = [.. signedIn.Select(response => response.User.Id)];
        BareSessions = [.. (await CopySessionsAsync(BareDevice)).Select(id => new BareRotation(id, 0))];
        await CopySessionsAsync(PgBench.DeviceName);
    }

    /// <summary>The share of the updates of sessions that touched no index, since the database was made.</summary>
    public async Task<double> HotShareAsync()
    {
        await using var command =
            database.CreateCommand(
                "SELECT n_tup_hot_upd::float8 / greatest(n_tup_upd, 1) FROM pg_stat_user_tables WHERE relname = 'sessions'");
        return (double)(await command.ExecuteScalarAsync())!;
    }

    private async Task<SignedInResponse> SignInAsync(string route, string name, string device)
    {
        using var request =
            Requests.Post(
                new Uri(server, "/api/v1/auth/" + route),
                JsonSerializer.SerializeToUtf8Bytes(Requests.Credentials(name, Password, device)));
        using var answer = await http.SendAsync(request, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync(AccountsJson.Default.SignedInResponse))!;
    }

    private async Task<List<Guid>> CopySessionsAsync(string device)
    {
        await using var command = database.CreateCommand("""
            INSERT INTO sessions SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'device_name', @device))).*
            FROM sessions s WHERE s.device_name = 'ours'
            RETURNING id
            """);
        command.Parameters.Add(new("device", device));
        await using var row = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await row.ReadAsync())
        {
            ids.Add(row.GetGuid(0));
        }

        return ids;
    }

    private async Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync();
    }
}
