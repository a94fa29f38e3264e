using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using AuthServer.Migrations;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace AuthServer.Tests.Platform.Persistence;

/// <summary>
/// Each fault an operator can cause, caused: from the server, the migrations and a command alike it ends in one sentence.
/// </summary>
public sealed class OperatorFaultTests : IAsyncLifetime
{
    private readonly string _role = $"operator_{Guid.NewGuid():N}";

    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.BySuperuserAsync($"CREATE ROLE {_role} LOGIN PASSWORD 'right'");
    }

    public async Task DisposeAsync()
    {
        await _database.BySuperuserAsync($"DROP ROLE {_role}");
        await _database.DisposeAsync();
    }

    // name, whether waiting is of no use, remedy
    public static TheoryData<string, bool, string> Faults => new()
    {
        { "wrong password", true, "refuses the password" },
        { "no such role", true, "refuses the password|does not admit the role" },
        { "missing database", true, "no database of the name" },
        { "no rights", true, "grants what the server needs|ALTER DATABASE" },
        { "nothing listens", false, "Nothing listens at the address" },
        { "unresolvable host", false, "has no address" },
        { "silent host", false, "does not answer" },
        { "no socket", false, "cannot be reached|Nothing listens" },
        { "no TLS", true, "offers no TLS" },
        { "untrusted certificate", true, "certificate cannot be verified" },
        { "missing root certificate", true, "sslrootcert" },
        { "too many connections", false, "max_connections" },
        // The migrations refuse it, so a command finds no table.
        { "other encoding", true, "ENCODING 'UTF8'|run the Migrations program" },
        { "read-only", false, "can only be read" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task It_ends_in_one_sentence_that_names_the_remedy(string fault, bool isLasting, string remedy)
    {
        await using var cause = await CauseAsync(fault);

        await CommandTellsAsync(cause.Url, remedy);
        await MigrationsTellAsync(cause.Url, remedy);
        if (isLasting && fault != "no rights")
        {
            await ServerTellsAsync(cause.Url, remedy);
        }
    }

    [Fact]
    public async Task An_empty_database_is_to_be_migrated()
    {
        await using var empty = await TestDatabase.CreateEmptyAsync();

        await CommandTellsAsync(empty.ServerConnection, "run the Migrations program");
    }

    [Fact]
    public async Task A_database_that_a_newer_version_migrated_is_left_alone_and_the_migrations_say_so()
    {
        await _database.ExecuteAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('29991231000000_Later', '99.0.0')""");
        var (output, error) = (new StringWriter(), new StringWriter());

        (await MigrateAsync(_database.OwnerConnection, output, error)).Should().Be(0);

        output.ToString().Should().Contain("migrated by a newer version");
    }

    [Fact]
    public void PostgreSQL_before_15_is_too_old()
    {
        DatabaseProbe.IsTooOld(new(14, 12)).Should().BeTrue();
        DatabaseProbe.IsTooOld(new(15, 0)).Should().BeFalse();
        OperatorFaults.TooOld.Should().Contain("upgrade it");
    }

    // Poolers, full disks and the like are played by a trigger.
    [Theory]
    [InlineData("42P05", "pool_mode = session")]
    [InlineData("26000", "pool_mode = session")]
    [InlineData("08P01", "the pooler")]
    [InlineData("53100", "disk is full")]
    [InlineData("53200", "out of memory")]
    [InlineData("57P03", "starting or stopping")]
    [InlineData("25006", "can only be read")]
    public async Task A_fault_is_never_reported_as_another(string state, string remedy)
    {
        await _database.ExecuteAsync($"""
            CREATE FUNCTION play() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'played' USING ERRCODE = '{state}'; END $$;
            CREATE TRIGGER play BEFORE INSERT ON users EXECUTE FUNCTION play();
            """);

        await CommandTellsAsync(_database.ServerConnection, remedy);
    }

    [Fact]
    public async Task A_port_in_use_ends_in_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await ServerTellsAsync(_database.ServerConnection, "port is in use", $"--urls=http://127.0.0.1:{port}");
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_ends_in_one_sentence() =>
        await ServerTellsAsync(
            _database.ServerConnection, "nowhere.pem", "--urls=https://127.0.0.1:0", "--Kestrel:Certificates:Default:Path=/nowhere.pem");

    [Fact]
    public async Task Without_ICU_nothing_starts()
    {
        var environment = ServerProgram.GoodEnvironment(_database.ServerConnection);
        environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";

        var result = await ServerProgram.RunProcessAsync([], environment);

        result.ExitCode.Should().Be(78);
        result.Error.Trim().Should().StartWith("Configuration: DOTNET_SYSTEM_GLOBALIZATION_INVARIANT").And.NotContain("\n");
    }

    [Fact]
    public async Task A_stored_key_of_another_root_secret_ends_in_one_sentence()
    {
        await using var server = await ServerProgram.ServeAsync(ServerProgram.GoodEnvironment(_database.ServerConnection));
        await server.Api.RegisterAsync();
        var environment = ServerProgram.GoodEnvironment(_database.ServerConnection);
        environment["SECRET_KEY"] = "another root secret of the tests, long enough";

        (await ServerProgram.RunAsync(["keys", "rotate", "--now"], environment)).Should().Match<ServerProgram.Finished>(
            result => result.ExitCode != 0 && result.Error.Contains("SECRET_KEY_PREVIOUS") && !result.Error.Contains("   at "));
    }

    [Fact]
    public async Task A_settings_file_that_is_not_JSON_is_named()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "{ nonsense");

        var act = () => new ConfigurationBuilder().AddJsonFile(file).Build();

        var exception = act.Should().Throw<InvalidDataException>().Which;
        OperatorFaults.Find(exception)!.Sentence.Should().Contain(file).And.Contain("not valid JSON");
        File.Delete(file);
    }

    [Fact]
    public void A_bug_is_not_blamed_on_the_operator() => OperatorFaults.Find(new InvalidOperationException("a bug")).Should().BeNull();

    // While it serves: the client is told to come back, strangers learn of no role, and the log names the remedy.
    [Theory]
    [InlineData("ALTER ROLE {role} PASSWORD 'changed'", "refuses the password")]
    [InlineData("ALTER ROLE {role} NOLOGIN", "does not admit the role")]
    [InlineData("ALTER ROLE {role} CONNECTION LIMIT 0", "max_connections")]
    public async Task A_fault_while_serving_is_a_503_and_strangers_learn_no_more(string sql, string remedy)
    {
        await _database.BySuperuserAsync($"GRANT authserver TO {_role}");
        await using var server = await FaultyServer.StartAsync(
            new NpgsqlConnectionStringBuilder(_database.ServerConnection) { Username = _role, Password = "right" }.ConnectionString);
        var person = await server.Api.RegisterAsync();

        await _database.BySuperuserAsync(sql.Replace("{role}", _role, StringComparison.Ordinal));
        await _database.BySuperuserAsync($"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{_role}'");

        await Eventually.TrueAsync(
            async () => !(await server.Api.GetAsync("/health/ready")).IsSuccessStatusCode, "a server that is not ready");
        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = Api.Password }))
            .ShouldBeProblemAsync(ErrorCodes.DatabaseUnavailable);
        (await (await server.Api.GetAsync("/health/ready")).Content.ReadAsStringAsync()).Should()
            .Contain("\"database\"").And.NotContainAny(_role, "password", "28P01", "53300", "role");
        await Eventually.TrueAsync(
            () => server.Logs.Lines.Any(line => line.Contains(remedy, StringComparison.Ordinal)), "a line with the remedy");
    }

    private static async Task CommandTellsAsync(string url, string remedy)
    {
        var environment = ServerProgram.GoodEnvironment(url);
        environment["Database__AllowUnverifiedTls"] = "true";
        environment["ADMIN_PASSWORD"] = Api.Password;

        var result = await ServerProgram.RunAsync(["create-admin", "--email", Api.NewEmail()], environment);

        ShouldTell(result, 1, remedy);
    }

    private static async Task ServerTellsAsync(string url, string remedy, params string[] args)
    {
        var environment = ServerProgram.GoodEnvironment(url);
        environment["Database__AllowUnverifiedTls"] = "true";

        // A first handshake takes long on a busy machine.
        environment["Database__ConnectTimeout"] = "00:00:30";

        var result = await ServerProgram.RunProcessAsync(args.Length == 0 ? ["--urls=http://127.0.0.1:0"] : args, environment);

        ShouldTell(result, 1, remedy);
    }

    private static async Task MigrationsTellAsync(string url, string remedy)
    {
        var (output, error) = (new StringWriter(), new StringWriter());

        var code = await MigrateAsync(url, output, error);

        ShouldTell(new(code, "", string.Concat(error, output)), 1, remedy);
    }

    private static Task<int> MigrateAsync(string url, StringWriter output, StringWriter error) => MigrationCommand.RunAsync(
        [], name => name switch { "DATABASE_URL" => url, "Database__AllowUnverifiedTls" => "true", _ => null }, output, error);

    private static void ShouldTell(ServerProgram.Finished result, int exitCode, string remedy)
    {
        result.Error.Should().MatchRegex(remedy).And.NotContain("   at ").And.NotContain("Exception");
        result.Error.Trim().Split('\n').Should().ContainSingle();
        result.ExitCode.Should().Be(exitCode);
    }

    private async Task<Cause> CauseAsync(string fault)
    {
        var good = new NpgsqlConnectionStringBuilder(_database.ServerConnection) { Username = _role, Password = "right", Timeout = 2 };
        switch (fault)
        {
            case "wrong password":
                good.Password = "wrong";
                break;
            case "no such role":
                good.Username = "nobody_at_all";
                break;
            case "missing database":
                good.Database = "nothing_at_all";
                break;
            case "nothing listens":
                good.Port = ServerProgram.FreePort();
                break;
            case "unresolvable host":
                good.Host = "nowhere.invalid";
                break;
            case "no socket":
                good.Host = "/nowhere";
                break;
            case "no TLS":
                good.SslMode = SslMode.Require;
                break;
            case "silent host":
                return Listen(good, answersWithTls: false);
            case "untrusted certificate":
                return Listen(good, answersWithTls: true);
            case "missing root certificate":
                good.RootCertificate = "/nowhere.crt";
                return Listen(good, answersWithTls: true);
            case "too many connections":
                await _database.BySuperuserAsync($"ALTER ROLE {_role} CONNECTION LIMIT 0");
                break;
            case "read-only":
                await _database.BySuperuserAsync($"ALTER ROLE {_role} SET default_transaction_read_only = on");
                await _database.BySuperuserAsync($"GRANT authserver TO {_role}");
                break;
            case "other encoding":
                good.Database = $"latin_{Guid.NewGuid():N}";
                await _database.BySuperuserAsync($"CREATE DATABASE {good.Database} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
                return new(good.ConnectionString, () => _database.BySuperuserAsync($"DROP DATABASE {good.Database} WITH (FORCE)"));
        }

        return new(good.ConnectionString);
    }

    // A host that takes the connection and says nothing, or one whose certificate nobody knows.
    private static Cause Listen(NpgsqlConnectionStringBuilder address, bool answersWithTls)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        address.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        address.Pooling = false;
        address.SslMode = answersWithTls ? SslMode.VerifyFull : SslMode.Disable;
        _ = AcceptAsync(listener, answersWithTls);
        return new(address.ConnectionString, () =>
        {
            listener.Dispose();
            return Task.FromResult<object?>(null);
        });
    }

    private static async Task AcceptAsync(TcpListener listener, bool answersWithTls)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("localhost");
        var clients = new List<TcpClient>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                clients.Add(client);
                if (answersWithTls)
                {
                    var stream = client.GetStream();
                    await stream.ReadExactlyAsync(new byte[8]);
                    await stream.WriteAsync("S"u8.ToArray());
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(certificate).ContinueWith(_ => { }, TaskScheduler.Default);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private sealed class FaultyServer : TestServer, IAsyncDisposable
    {
        public static async Task<FaultyServer> StartAsync(string url)
        {
            var server = new FaultyServer();
            server.Settings["Database:Url"] = url;
            await server.InitializeAsync();
            return server;
        }

        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }

    private sealed class Cause(string url, Func<Task<object?>>? end = null) : IAsyncDisposable
    {
        public string Url => url;

        public async ValueTask DisposeAsync()
        {
            if (end is not null)
            {
                await end();
            }
        }
    }
}
