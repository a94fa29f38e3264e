using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;
using AuthServer.Sessions.Refresh;

namespace AuthServer.Storm;

/// <summary>Two replicas on one cluster, some people, and as many of their devices as a scenario wants.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    private const int People = 8;

    private readonly RefreshTokenFormat _format;
    private readonly Dictionary<string, string> _settings;
    private readonly List<Guid> _templates = [];
    private int _addresses;

    public Stage(bool isShort)
    {
        IsShort = isShort;
        var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        _format = new(new Secrets(new SecretSettings { Key = secret }));
        _settings = new(StringComparer.Ordinal)
        {
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["DATABASE_URL"] = Surroundings.DatabaseUrl,
            ["SECRET_KEY"] = secret,
            ["Server__PublicUrl"] = "https://auth.example.com",
            ["Registration__Mode"] = "Immediate",
            ["Email__Folder"] = Path.Combine(Path.GetTempPath(), "authserver-storm-mail"),
            ["Server__TrustedProxies__0"] = "127.0.0.1",
        };
        (A, B, C) = (NewServer("A"), NewServer("B"), NewServer("C"));
    }

    public bool IsShort { get; }

    public Cluster Cluster { get; } = new();

    public Ledger Ledger { get; } = new();

    public ServerProcess A { get; }

    public ServerProcess B { get; }

    /// <summary>A third replica, which runs only where a scenario wants one.</summary>
    public ServerProcess C { get; }

    /// <summary>The addresses people sign in with.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    public async Task SetUpAsync()
    {
        await Cluster.SetUpAsync();
        await RestoreAsync();
        Names = [.. Enumerable.Range(
            1, People).Select(number => string.Create(CultureInfo.InvariantCulture, $"person{number}@example.com"))];
        foreach (var name in Names)
        {
            var device = NewDevice(Guid.NewGuid());
            var answer = await device.PostAsync(A, "auth/register", $$"""{"email":"{{name}}","password":"{{Password}}"}""", null);
            var token = answer.Status == 201
                ? JsonNode.Parse(answer.Body!)!["refresh_token"]!.GetValue<string>()
                : throw new InvalidOperationException($"{name} could not register: {answer}");
            _templates.Add(_format.Read(token)!.Value.SessionId);
        }
    }

    /// <summary>Both replicas up, ready and listening, as each scenario wants to find them.</summary>
    public async Task RestoreAsync()
    {
        foreach (var server in new[] { A, B })
        {
            if (!server.IsRunning)
            {
                server.Start();
            }

            await server.ReadyAsync();
            await server.HearsAsync();
        }
    }

    /// <summary>
    /// Devices that have just signed in. Hashing so many passwords would take minutes, so their sessions are copies of
    /// real ones, and their first refresh tokens are written here with the server's own key.
    /// </summary>
    public async Task<IReadOnlyList<Device>> DevicesAsync(int count)
    {
        await using var command = Cluster.Sql("""
            WITH made AS (
                INSERT INTO sessions (id, user_id, tenant_id, generation, rotated_at, authenticated_at, authentication_methods, created_at,
                    last_used_at, idle_timeout, expires_at)
                SELECT gen_random_uuid(), user_id, tenant_id, 0, now(), authenticated_at, authentication_methods, now(), now(),
                    idle_timeout, expires_at
                FROM sessions CROSS JOIN generate_series(1, @each) WHERE id = ANY (@templates) LIMIT @count
                RETURNING id, user_id, tenant_id)
            INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, tenant_id, session_id, reason)
            SELECT 'session.started', 'success', now(), user_id, user_id, tenant_id, id, 'pwd' FROM made
            RETURNING session_id
            """, ("each", (count + People - 1) / People), ("templates", _templates.ToArray()), ("count", count));
        var devices = new List<Device>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            devices.Add(NewDevice(row.GetGuid(0)));
        }

        Ledger.Add(devices);
        return devices;
    }

    /// <summary>Devices that have refreshed once, so that they hold an access token.</summary>
    public async Task<IReadOnlyList<Device>> SignedInDevicesAsync(int count)
    {
        var devices = await DevicesAsync(count);
        await Parallel.ForEachAsync(devices, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (device, _) =>
        {
            if (await device.RefreshAsync(A) is { Status: not 200 } answer)
            {
                throw new InvalidOperationException($"A first refresh was answered {answer}.");
            }
        });
        return devices;
    }

    /// <summary>A device without a session, for whoever only knocks; each has a network of its own.</summary>
    public Device NewDevice(Guid sessionId)
    {
        var number = Interlocked.Increment(ref _addresses);
        return NewDevice(sessionId, string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}"));
    }

    public Device NewDevice(Guid sessionId, string address)
    {
        var token = new RefreshToken(sessionId, 0);
        return new(token, _format.Write(token), address, text => _format.Read(text));
    }

    /// <summary>Ends what was started, at once.</summary>
    public void Abandon()
    {
        foreach (var server in new[] { A, B, C }.Where(server => server.IsRunning))
        {
            server.Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        await C.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private ServerProcess NewServer(string name) => new(name, FreePort(), _settings);

    // Below the range that systems hand out to clients: while a replica is down, no client's own end may take its port.
    private static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 20_000);
            try
            {
                using var listener = new TcpListener(System.Net.IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; there are thousands.
            }
        }
    }
}
