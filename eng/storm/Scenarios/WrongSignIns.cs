using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace AuthServer.Storm.Scenarios;

/// <summary>
/// Five hundred people from five hundred networks get their passwords wrong at once; those who are signed in hardly notice.
/// </summary>
internal static class WrongSignIns
{
    private const int Crowd = 500;

    public static async Task RunAsync(Stage stage, Report report)
    {
        var devices = await stage.SignedInDevicesAsync(64);
        var idle = await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 4 : 10));
        var resident = stage.A.ResidentMegabytes;
        var storm = TimeSpan.FromSeconds(stage.IsShort ? 6 : 15);
        var answers = new ConcurrentQueue<Answer>();
        var crowd = Enumerable.Range(0, Crowd).Select(_ => stage.NewDevice(Guid.NewGuid())).ToList();
        var meanwhile =
            await Pulse.TakeAsync(devices, stage.A, () => Task.WhenAll(crowd.Select((device, number) => KnockAsync(device, number))));
        var growth = stage.A.PeakMegabytes - resident;
        idle.With(await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 3 : 8)));

        report.Add(meanwhile.IsWithin(idle), "wrong sign-ins, the others", meanwhile.Beside(idle));
        report.Add(answers.All(answer => answer.Status == 401 || (answer.Status is 429 or 503 && answer.HasRetryAfter)), "wrong sign-ins",
            $"{Crowd} at once: {Figures.Tally(answers)}; slowest answer {answers.Max(answer => answer.Milliseconds):0} ms, slowest 503 "
                + $"{answers.Where(answer => answer.Status == 503).Select(answer => answer.Milliseconds).DefaultIfEmpty().Max():0} ms");
        report.Add(growth <= 100, "wrong sign-ins, memory", $"peak {growth} MB above {resident} MB");

        // All at once; whoever was told to come back does so a second later, as impatient people do.
        async Task KnockAsync(Device device, int number)
        {
            var since = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(since) < storm)
            {
                var name = number < stage.Names.Count
                    ? stage.Names[number]
                    : string.Create(CultureInfo.InvariantCulture, $"nobody{number}@example.com");
                answers.Enqueue(
                    await device.PostAsync(stage.A, "auth/login", $$"""{"email":"{{name}}","password":"not the password"}""", null));
                await Task.Delay(1000);
            }
        }
    }
}
