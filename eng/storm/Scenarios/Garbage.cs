using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AuthServer.Storm.Scenarios;

/// <summary>
/// Garbage in the place of tokens: refused, without a word to the database or the log, and hardly felt by anybody.
/// A third of it is noise, a third looks like a token, and a third is a token but for its signature.
/// </summary>
internal static class Garbage
{
    private const int PerSecond = 8000;
    private const int Lines = 8;
    private const int AtOnce = 16;
    private static readonly TimeSpan Calibration = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(Stage stage, Report report)
    {
        var count = stage.IsShort ? 100_000 : 1_000_000;
        var devices = await stage.SignedInDevicesAsync(64);
        var model = stage.NewDevice(Guid.NewGuid());
        await StormAsync(stage, report, "garbage bearer tokens", count, devices, number => BearerRequest(number, devices[0].AccessToken));
        await StormAsync(stage, report, "garbage refresh tokens", count, devices, number => RefreshRequest(number, model.RefreshToken));
    }

    private static async Task StormAsync(
        Stage stage, Report report, string name, int count, IReadOnlyList<Device> devices, Func<int, byte[]> request)
    {
        var before = await stage.Cluster.TransactionsAsync();
        var since = Stopwatch.GetTimestamp();
        await Task.Delay(Calibration);
        var background = (await stage.Cluster.TransactionsAsync() - before) / Stopwatch.GetElapsedTime(since).TotalSeconds;

        var idle = await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 4 : 10));
        var (resident, logged) = (stage.A.ResidentMegabytes, stage.A.Log.Count);
        before = await stage.Cluster.TransactionsAsync();
        since = Stopwatch.GetTimestamp();
        var statuses = new long[600];
        var meanwhile = await Pulse.TakeAsync(devices, stage.A, () => FloodAsync(stage.A, count, request, statuses));
        var rate = count / Stopwatch.GetElapsedTime(since).TotalSeconds;
        var (growth, lines) = (stage.A.ResidentMegabytes - resident, stage.A.Log.Count - logged);
        var statements =
            await stage.Cluster.TransactionsAsync() - before - meanwhile.Requests - (background * Stopwatch.GetElapsedTime(
                since).TotalSeconds);
        idle.With(await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 3 : 8)));

        var refused = statuses[401] + statuses[429];
        report.Add(
            refused == count, name,
            $"{count} at {rate:0}/s: " + string.Join(
                ", ", statuses.Index().Where(status => status.Item > 0).Select(status => $"{status.Item}x {status.Index}")));
        // Heartbeats come when they come: a tenth of a per cent is noise.
        report.Add(
            Math.Abs(statements) <= count * 0.001, $"{name}, database",
            $"{Math.Max(0, statements):0} statements beyond the {meanwhile.Requests} of others and {background:0.0}/s of the background");
        report.Add(meanwhile.IsWithin(idle), $"{name}, the others", meanwhile.Beside(idle));
        report.Add(growth <= 50 && lines <= 1000, $"{name}, memory and log", $"{growth:+0;-0;0} MB on {resident} MB, {lines} lines");
    }

    private static async Task FloodAsync(ServerProcess server, int count, Func<int, byte[]> request, long[] statuses)
    {
        var since = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Lines).Select(line => Task.Run(async () =>
        {
            using var connection = await RawConnection.OpenAsync(server.Port);
            for (var sent = line * AtOnce; sent < count; sent += Lines * AtOnce)
            {
                var due = TimeSpan.FromSeconds((double)sent / PerSecond) - Stopwatch.GetElapsedTime(since);
                if (due > TimeSpan.Zero)
                {
                    await Task.Delay(due);
                }

                foreach (var status in await connection.AskAsync(Enumerable.Range(sent, Math.Min(AtOnce, count - sent)).Select(request)))
                {
                    Interlocked.Increment(ref statuses[status]);
                }
            }
        })));
    }

    private static byte[] BearerRequest(int number, string goodToken)
    {
        var token = (number % 3) switch
        {
            0 => Noise(48),
            1 => $"{goodToken.Split('.')[0]}.{Noise(300)}.{Noise(64)}",
            _ => $"{goodToken[..goodToken.LastIndexOf('.')]}.{Noise(64)}",
        };
        return Encoding.ASCII.GetBytes(
            $"GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {AddressOf(number)}\r\nAuthorization: Bearer {token}\r\n\r\n");
    }

    private static byte[] RefreshRequest(int number, string goodToken)
    {
        var token = (number % 3) switch
        {
            0 => Noise(48),
            1 => $"{goodToken[..5]}0000000_{Noise(48)}",
            _ => $"{goodToken[..13]}{Noise(48)}",
        };
        var body = $$"""{"refresh_token":"{{token}}"}""";
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST /api/v1/auth/refresh HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {AddressOf(number)}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }

    private static string Noise(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    // Four thousand networks: few enough to be met again, too many for the limit by network to do the refusing.
    private static string AddressOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"172.16.{(number >> 4) & 15}.{(number >> 8) & 255}");
}
