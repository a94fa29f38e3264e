using System.Diagnostics;
using System.Globalization;

namespace AuthServer.Storm.Scenarios;

/// <summary>
/// B's clock is half a minute fast, then half a minute slow, then ten minutes. Half a minute: no good token is refused on either side, and
/// a refresh
/// that is repeated on the other replica, because its answer was lost, gets the same successor.
/// </summary>
internal static class Clocks
{
    public static async Task RunAsync(Stage stage, Report report)
    {
        if (Surroundings.FakeTimeLibrary.Length == 0)
        {
            report.Skip("clocks", "libfaketime is not installed and could not be");
            return;
        }

        try
        {
            await ShiftedAsync(stage, report, +30);
            await ShiftedAsync(stage, report, -30);
            await FarOffAsync(stage, report, +600);
            await FarOffAsync(stage, report, -600);
        }
        finally
        {
            await stage.B.TerminateAsync();
        }
    }

    // Ten minutes off it is of no use: it says so, and issues nothing that nobody would believe.
    private static async Task FarOffAsync(Stage stage, Report report, int seconds)
    {
        await RestartShiftedAsync(stage, seconds);
        var since = Stopwatch.GetTimestamp();
        while (await stage.B.StatusAsync("/health/live") != 200 || await stage.B.StatusAsync("/health/ready") != 503)
        {
            await Task.Delay(50);
            if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(15))
            {
                break;
            }
        }

        var unready = Stopwatch.GetElapsedTime(since);
        var answers = new List<Answer>();
        foreach (var device in await stage.DevicesAsync(10))
        {
            answers.Add(await device.PostAsync(stage.B, "auth/refresh", $$"""{"refresh_token":"{{device.RefreshToken}}"}""", null));
        }

        report.Add(unready < TimeSpan.FromSeconds(10) && answers.All(answer => answer.Status == 503), $"clock of B {seconds:+0;-0} s",
            $"not ready {unready.TotalSeconds:0.0} s after its start; {answers.Count} refreshes: {Figures.Tally(answers)}");
    }

    private static async Task ShiftedAsync(Stage stage, Report report, int seconds)
    {
        await RestartShiftedAsync(stage, seconds);
        await stage.B.ReadyAsync();
        await stage.B.HearsAsync();
        await using var traffic = Traffic.Start(await stage.SignedInDevicesAsync(8), [stage.A, stage.B], TimeSpan.FromMilliseconds(10));
        await Task.Delay(TimeSpan.FromSeconds(stage.IsShort ? 3 : 10));
        var answers = (await traffic.StopAsync()).Select(sample => sample.Answer).ToList();
        var refused = answers.Where(answer => answer.Status != 200).ToList();
        report.Add(
            refused.Count == 0, $"clock of B {seconds:+0;-0} s",
            $"{answers.Count} requests, {refused.Count} refused ({Figures.Tally(refused)})");

        var repeated = await RepeatAsync(stage, stage.A, stage.B);
        repeated.AddRange(await RepeatAsync(stage, stage.B, stage.A));
        report.Add(repeated.All(pair => pair.Again.Status == 200 && pair.IsSame), $"clock of B {seconds:+0;-0} s, repeated refresh",
            $"{repeated.Count} repeated on the other replica, {repeated.Count(pair => pair.IsSame)} with the same successor "
                + $"({Figures.Tally(repeated.Select(pair => pair.Again))})");
    }

    private static async Task RestartShiftedAsync(Stage stage, int seconds)
    {
        await stage.B.TerminateAsync();
        stage.B.Start(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = Surroundings.FakeTimeLibrary,
            ["FAKETIME"] = seconds.ToString("+0;-0", CultureInfo.InvariantCulture),
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        });
    }

    private static async Task<List<(Answer Again, bool IsSame)>> RepeatAsync(Stage stage, ServerProcess first, ServerProcess second)
    {
        var outcomes = new List<(Answer, bool)>();
        foreach (var device in await stage.DevicesAsync(20))
        {
            var same = $$"""{"refresh_token":"{{device.RefreshToken}}"}""";
            await device.RefreshAsync(first);
            var again = await device.PostAsync(second, "auth/refresh", same, null);
            outcomes.Add((again, again.Body?.Contains(device.RefreshToken, StringComparison.Ordinal) == true));
        }

        return outcomes;
    }
}
