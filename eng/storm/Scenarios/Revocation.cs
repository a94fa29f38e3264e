using System.Diagnostics;
using System.Security.Cryptography;

namespace AuthServer.Storm.Scenarios;

/// <summary>
/// A log-out on A is refused by B within a second: on a quiet day, while the connections on which the replicas listen
/// are ended again and again, and while they are stalled, which no socket tells.
/// </summary>
internal static class Revocation
{
    private const double Promise = 1000;

    public static async Task RunAsync(Stage stage, Report report)
    {
        await QuietAsync(stage, report);
        await TerminatedAsync(stage, report);
        await StalledAsync(stage, report);
    }

    private static async Task QuietAsync(Stage stage, Report report) =>
        Report(
            report, "log-out across replicas",
            await RoundsAsync(stage, stage.IsShort ? 30 : 100, () => Task.CompletedTask, () => Task.CompletedTask), "");

    private static async Task TerminatedAsync(Stage stage, Report report)
    {
        using var end = new CancellationTokenSource();
        var ended = 0;
        var killer = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                ended += await stage.Cluster.TerminateListenersAsync();
                await Task.Delay(RandomNumberGenerator.GetInt32(20, 400));
            }
        });
        var holes =
            await RoundsAsync(
                stage, stage.IsShort ? 30 : 100, () => Task.Delay(RandomNumberGenerator.GetInt32(0, 120)), () => Task.CompletedTask);
        await end.CancelAsync();
        await killer;
        await stage.A.HearsAsync();
        await stage.B.HearsAsync();
        Report(report, "log-out, listeners ended", holes, $", {ended} connections ended meanwhile");
    }

    private static async Task StalledAsync(Stage stage, Report report)
    {
        IReadOnlyList<int> stopped = [];
        var holes = await RoundsAsync(stage, stage.IsShort ? 5 : 20, StallAsync, WakeAsync);
        Report(report, "log-out, listeners stalled", holes, "");

        async Task StallAsync()
        {
            stopped = await stage.Cluster.BackendsAsync(Cluster.ListenerName);
            Send(Signal.Stop);
            // Half of them at once, before the replicas can have noticed: that is when a hole would open.
            await Task.Delay(RandomNumberGenerator.GetInt32(0, 2) * RandomNumberGenerator.GetInt32(0, 1500));
        }

        async Task WakeAsync()
        {
            Send(Signal.Continue);
            await stage.A.HearsAsync();
            await stage.B.HearsAsync();
        }

        void Send(Signal signal)
        {
            foreach (var backend in stopped)
            {
                Signals.Send(backend, signal);
            }
        }
    }

    /// <summary>In each round one device logs out on A; answers how long B went on accepting its token.</summary>
    private static async Task<List<double>> RoundsAsync(Stage stage, int rounds, Func<Task> before, Func<Task> after)
    {
        var holes = new List<double>();
        foreach (var device in await stage.SignedInDevicesAsync(rounds))
        {
            Expect(await device.VerifyAsync(stage.B), 200);
            await before();
            try
            {
                Expect(await device.LogoutAsync(stage.A), 204);
                holes.Add(await HoleAsync(device, stage.B));
            }
            finally
            {
                await after();
            }
        }

        return holes;
    }

    private static async Task<double> HoleAsync(Device device, ServerProcess server)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await device.VerifyAsync(server);
            var elapsed = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
            if (answer.Status == 401 || elapsed > 10 * Promise)
            {
                return elapsed;
            }

            Expect(answer, 200);
        }
    }

    private static void Expect(Answer answer, int status)
    {
        if (answer.Status != status)
        {
            throw new InvalidOperationException($"{status} was expected and the answer was {answer}.");
        }
    }

    private static void Report(Report report, string name, List<double> holes, string more) =>
        report.Add(
            holes.Max() <= Promise, name,
            $"{holes.Count} rounds, refused after {Figures.Median(holes):0.0} ms (median), {holes.Max():0.0} ms (worst){more}");
}
