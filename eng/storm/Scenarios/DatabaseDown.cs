using System.Diagnostics;

namespace AuthServer.Storm.Scenarios;

/// <summary>
/// PostgreSQL is restarted, loses a backend (which makes it recover as after a crash), and is killed, under load. While
/// it is away: 503 with Retry-After and nothing else, verify from memory, liveness. Afterwards: as before, by itself.
/// </summary>
internal static class DatabaseDown
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Stage stage, Report report)
    {
        var rounds = stage.IsShort ? 1 : 6;
        await StormAsync(stage, report, "restarted", rounds, staysAway: true, async () =>
        {
            await Cluster.StopAsync();
            await Task.Delay(Away);
            await Cluster.StartAsync();
        });
        await StormAsync(stage, report, "backend killed", rounds, staysAway: false, async () =>
        {
            Signals.Send((await stage.Cluster.BackendsAsync("AuthServer"))[0], Signal.Kill);
            await Task.Delay(50);
        });
        await StormAsync(stage, report, "killed", rounds, staysAway: true, async () =>
        {
            stage.Cluster.KillPostmaster();
            await Task.Delay(Away);
            await Cluster.StartAsync();
        });
    }

    private static async Task StormAsync(Stage stage, Report report, string name, int rounds, bool staysAway, Func<Task> strike)
    {
        ServerProcess[] servers = [stage.A, stage.B];
        await using var traffic =
            Traffic.Start(await stage.SignedInDevicesAsync(16), servers, TimeSpan.FromMilliseconds(20), [Act.Refresh, Act.Me]);
        await using var verifiers =
            Traffic.Start(await stage.SignedInDevicesAsync(4), servers, TimeSpan.FromMilliseconds(20), [Act.Verify]);
        var health = new Watch(servers);
        var recoveries = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            await Task.Delay(500);
            await strike();
            recoveries.Add(await RecoveryAsync(traffic, servers, await stage.Cluster.UpAsync()));
        }

        await health.StopAsync();
        var (samples, verified) = (await traffic.StopAsync(), await verifiers.StopAsync());
        var failed = samples.Select(sample => sample.Answer).Where(answer => answer.Status != 200).ToList();
        var wrong = failed.Where(answer => answer is not { Status: 503, HasRetryAfter: true }).ToList();
        var slowest = samples.Concat(verified).Max(sample => sample.Answer.Milliseconds);
        var unverified = verified.Select(sample => sample.Answer).Where(answer => answer.Status != 200).ToList();
        report.Add(wrong.Count == 0 && slowest <= 5000 && (failed.Count > 0 || !staysAway), $"database {name}, meanwhile",
            $"{rounds} rounds, {samples.Count} requests, {failed.Count - wrong.Count}x 503 with Retry-After, other refusals: "
                + $"{Figures.Tally(wrong)}; slowest answer {slowest:0} ms");
        report.Add(
            unverified.Count == 0, $"database {name}, verify",
            $"{verified.Count} asked, {unverified.Count} not answered 200 ({Figures.Tally(unverified)})");
        report.Add(
            recoveries.Max() <= 5000, $"database {name}, recovery",
            $"{Figures.Median(recoveries):0} ms after its return (median), {recoveries.Max():0} ms (worst)");
        report.Add(health.NotLive == 0 && health.IsReadyNow && (health.NotReady > 0 || !staysAway), $"database {name}, health",
            $"{health.Asked} asked, not live {health.NotLive}, not ready {health.NotReady}, ready again: {health.IsReadyNow}");
    }

    // Both replicas say that they are ready and have done a refresh that began after the database's return.
    private static async Task<double> RecoveryAsync(Traffic traffic, ServerProcess[] servers, long up)
    {
        foreach (var server in servers)
        {
            await server.ReadyAsync();
            while (!traffic.Samples.Any(
                sample => sample.Server == server && sample.StartedAt > up && sample is { Act: Act.Refresh, Answer.Status: 200 }))
            {
                await Task.Delay(10);
            }
        }

        return Stopwatch.GetElapsedTime(up).TotalMilliseconds;
    }

    /// <summary>Asks both replicas again and again how they are.</summary>
    private sealed class Watch
    {
        private readonly Task[] _loops;
        private volatile bool _isOver;

        public Watch(ServerProcess[] servers) => _loops = [.. servers.Select(server => Task.Run(() => LoopAsync(server)))];

        public int Asked { get; private set; }

        public int NotLive { get; private set; }

        public int NotReady { get; private set; }

        public bool IsReadyNow { get; private set; }

        public async Task StopAsync()
        {
            _isOver = true;
            await Task.WhenAll(_loops);
        }

        private async Task LoopAsync(ServerProcess server)
        {
            while (!_isOver)
            {
                Asked++;
                NotLive += await server.StatusAsync("/health/live") == 200 ? 0 : 1;
                IsReadyNow = await server.StatusAsync("/health/ready") == 200;
                NotReady += IsReadyNow ? 0 : 1;
                await Task.Delay(50);
            }
        }
    }
}
