using System.Security.Cryptography;
using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Load;

/// <summary>What to measure: the server's assembly, how long each stretch of load lasts, how often all is repeated.</summary>
internal sealed record Plan(string Server, TimeSpan Duration, int Rounds);

/// <summary>One kind of load: what is run, and whose processor time it takes beside the database's.</summary>
internal sealed record Slot(string Name, Func<TimeSpan, Task<Tally>> RunAsync, Func<double> Cpu, TimeSpan WarmUp = default)
{
    public const string SignIn = "sign-in", Hash = "hash alone", Register = "register";
    public const string Refresh = "refresh", BareRefresh = "refresh, bare", PgBenchRefresh = "refresh, pgbench";
    public const string Me = "me", BareMe = "me, bare", Verify = "verify", BareVerify = "verify, bare";
}

/// <summary>One stretch of load: processor milliseconds are per request and as measured; <c>Calibration</c> is for scaling them.</summary>
internal sealed record Measurement(string Slot, Tally Tally, double ServerCpu, double DatabaseCpu, double Calibration);

/// <summary>Everything that was measured.</summary>
internal sealed record Figures(
    IReadOnlyList<Measurement> Measurements, IReadOnlyList<StormFigures> Storms, IReadOnlyList<double> Starts, double IdleMegabytes,
    double LoadedMegabytes, double HotShare, string PostgreSql)
{
    public int Errors => Measurements.Sum(measurement => measurement.Tally.Errors.Values.Sum()) + Storms.Sum(storm => storm.Errors);
}

/// <summary>The whole run: start-ups first, then rounds in which ours and its limit take turns, then the storms.</summary>
internal static class Benchmark
{
    private const int FastWorkers = 16;
    private const int HashWorkers = 4;
    private const int CountedStarts = 5;

    // Long enough for the runtime to have compiled the hot paths for good, which it does by how often they were called.
    private static readonly TimeSpan FastWarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan SlowWarmUp = TimeSpan.FromSeconds(12);

    public static async Task<Figures> RunAsync(Plan plan, string databaseUrl)
    {
        using var client = new HttpClient();
        using var http =
            new HttpMessageInvoker(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10), UseProxy = false });
        var connection = DatabaseUrl.Parse(databaseUrl)!;
        await using var database = NpgsqlDataSource.Create(connection);
        var settings = Settings(databaseUrl);

        Say("Starting up ...");
        var (starts, idle) = await StartRepeatedlyAsync(plan, settings, client);
        await using var ours = await ServerProcess.StartAsync([plan.Server], settings, "/health/ready", client);
        await using var bare =
            await ServerProcess.StartAsync(
                [Path.Combine(AppContext.BaseDirectory, "Load.dll"), "bare", "{url}"], settings, "/ready", client);
        var population = new Population(database, ours.Url, http);
        await population.SettleAsync(FastWorkers);
        var requests = new Requests(http, ours.Url, bare.Url, population);
        var slots = Slots(requests, ours, bare, new PgBench(database, connection, FastWorkers));

        Say("Warming up ...");
        foreach (var slot in slots.Where(slot => slot.WarmUp > TimeSpan.Zero))
        {
            await slot.RunAsync(slot.WarmUp);
        }

        var measurements = new List<Measurement>();
        var storms = new List<StormFigures>();
        var postmaster = await PostmasterAsync(database);
        for (var round = 1; round <= plan.Rounds; round++)
        {
            foreach (var slot in slots)
            {
                Say($"Round {round} of {plan.Rounds}: {slot.Name} ...");
                measurements.Add(await MeasureAsync(slot, postmaster, plan.Duration));
            }

            Say($"Round {round} of {plan.Rounds}: storm of sign-ins ...");
            storms.Add(await new Storm(requests).RunAsync(plan.Duration));
        }

        await using var asked = await database.OpenConnectionAsync();
        return new(
            measurements, storms, starts, idle, Cpu.ResidentMegabytes(ours.Id), await population.HotShareAsync(),
            asked.PostgreSqlVersion.ToString());
    }

    private static async Task<(List<double> Starts, double IdleMegabytes)> StartRepeatedlyAsync(
        Plan plan, Dictionary<string, string> settings, HttpClient client)
    {
        var starts = new List<double>();
        var idle = 0.0;
        for (var start = 0; start <= CountedStarts; start++)
        {
            await using var server = await ServerProcess.StartAsync([plan.Server], settings, "/health/ready", client);
            if (start == 0)
            {
                // It makes the signing keys and brings the files into memory: not counted, but as idle as any.
                await Task.Delay(TimeSpan.FromSeconds(2));
                idle = Cpu.ResidentMegabytes(server.Id);
            }
            else
            {
                starts.Add(server.StartedWithin.TotalMilliseconds);
            }
        }

        return (starts, idle);
    }

    private static List<Slot> Slots(Requests requests, ServerProcess ours, ServerProcess bare, PgBench pgBench)
    {
        var hash = new HashLoop(PasswordSettingsOfServer());
        return
        [
            Over(Slot.SignIn, HashWorkers, requests.SignInAsync, ours),
            new(Slot.Hash, hash.RunAsync, hash.Cpu),
            Over(Slot.Register, HashWorkers, requests.RegisterAsync, ours),
            Over(Slot.Refresh, FastWorkers, requests.RefreshAsync, ours),
            Over(Slot.BareRefresh, FastWorkers, requests.BareRefreshAsync, bare),
            new(Slot.PgBenchRefresh, pgBench.RunAsync, () => 0),
            Over(Slot.Me, FastWorkers, requests.MeAsync, ours),
            Over(Slot.BareMe, FastWorkers, requests.BareMeAsync, bare),
            Over(Slot.Verify, FastWorkers, requests.VerifyAsync, ours),
            Over(Slot.BareVerify, FastWorkers, requests.BareVerifyAsync, bare),
        ];
    }

    private static Slot Over(string name, int workers, Func<int, Task<int>> send, ServerProcess server) =>
        new(name, duration => ClosedLoop.RunAsync(workers, duration, send), server.Cpu, workers == HashWorkers ? SlowWarmUp : FastWarmUp);

    private static async Task<Measurement> MeasureAsync(Slot slot, int postmaster, TimeSpan duration)
    {
        if (slot.WarmUp > TimeSpan.Zero)
        {
            await slot.RunAsync(TimeSpan.FromSeconds(0.5));
        }

        var calibrationBefore = Calibration.Measure();
        var (serverBefore, databaseBefore) = (slot.Cpu(), Cpu.OfTree(postmaster));
        var tally = await slot.RunAsync(duration);
        var (server, database) = (slot.Cpu() - serverBefore, Cpu.OfTree(postmaster) - databaseBefore);
        return new(slot.Name, tally, server / tally.Count, database / tally.Count, (calibrationBefore + Calibration.Measure()) / 2);
    }

    // Every process of PostgreSQL is a child of the postmaster.
    private static async Task<int> PostmasterAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT pg_backend_pid()");
        return Cpu.ParentOf((int)(await command.ExecuteScalarAsync())!);
    }

    private static Dictionary<string, string> Settings(string databaseUrl) => new(StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_URLS"] = "{url}",
        ["DATABASE_URL"] = databaseUrl,
        ["SECRET_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)),
        ["Server__PublicUrl"] = "{url}",
        // All load comes from one address and lasts longer than a token need live.
        ["RateLimits__FailedSignInsPerMinute"] = "1000000",
        ["RateLimits__RegistrationsPerHour"] = "1000000",
        ["RateLimits__RefusedRefreshesPerMinute"] = "1000000",
        ["RateLimits__CorrectPasswordsPerTenMinutes"] = "1000000",
        ["RateLimits__CorrectPasswordsOfOneAccountPerTenMinutes"] = "1000000",
        ["Sessions__MaxPerUser"] = "1000",
        ["Registration__Mode"] = "Immediate",
        ["Email__Folder"] = Path.Combine(Path.GetTempPath(), "authserver-bench-mail"),
        ["Tokens__AccessTokenLifetime"] = "01:00:00",
    };

    // The server has this process's variables too: Password__Hash=Pbkdf2 eng/bench measures PBKDF2.
    private static PasswordSettings PasswordSettingsOfServer() =>
        new ConfigurationBuilder().AddEnvironmentVariables().Build().GetSection("Password").Get<PasswordSettings>() ?? new();

    private static void Say(string text) => Console.Error.WriteLine(text);
}
