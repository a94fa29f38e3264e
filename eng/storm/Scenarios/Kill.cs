using System.Security.Cryptography;

namespace AuthServer.Storm.Scenarios;

/// <summary>A replica dies in a storm of refreshes: everybody's last acknowledged refresh token, or its successor, goes on.</summary>
internal static class Kill
{
    public static async Task RunAsync(Stage stage, Report report)
    {
        var rounds = stage.IsShort ? 3 : 20;
        var devices = await stage.SignedInDevicesAsync(32);
        await using var traffic = Traffic.Start(devices, [stage.A, stage.B], TimeSpan.FromMilliseconds(25), [Act.Refresh]);
        var readyAfter = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(200, 900));
            stage.A.Kill();
            stage.A.Start();
            readyAfter.Add(await stage.A.ReadyAsync());
        }

        var samples = await traffic.StopAsync();
        var answers = samples.Select(sample => sample.Answer).ToList();
        var inDoubt = devices.Count(device => device.IsInDoubt);
        var last = new List<Answer>();
        foreach (var device in devices)
        {
            last.Add(await device.RefreshAsync(stage.B));
        }

        report.Add(
            last.All(answer => answer.Status == 200)
                && answers.All(answer => answer.Status is 200 or 0)
                && samples.All(sample => sample.Server == stage.A || sample.Answer.Status == 200),
            "kill -9 in a storm of refreshes",
            $"{rounds} kills, {answers.Count(answer => answer.Status == 200)} refreshes, "
                + $"{answers.Count(answer => answer.Fault == Fault.Cut)} cut under way, {inDoubt} in doubt at the end; "
                + $"{last.Count(answer => answer.Status == 200)} of {last.Count} last tokens work; "
                + $"other answers: {Figures.Tally(answers.Where(answer => answer.Status is not (200 or 0)))}");
        report.Add(
            readyAfter.Max() <= 5000, "kill -9, ready again",
            $"{Figures.Median(readyAfter):0} ms (median), {readyAfter.Max():0} ms (worst)");
    }
}
