using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AuthServer.Storm.Scenarios;

/// <summary>
/// A thousand connections that send their headers or bodies a byte at a time, or ask without ever reading: everybody
/// else goes on as before, the server does not grow, and hangs up on them in good time.
/// </summary>
internal static class SlowClients
{
    private const int Connections = 1000;

    // Headers have 10 s, a body or an answer 5 s of grace and then 240 bytes a second; 5 s for the timers.
    private static readonly TimeSpan ClosedWithin = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(Stage stage, Report report)
    {
        var devices = await stage.SignedInDevicesAsync(64);
        var idle = await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 4 : 8));
        var (resident, open) = (stage.A.ResidentMegabytes, stage.A.OpenConnections());
        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Connections).Select(number => Task.Run(() => TortureAsync(stage.A.Port, number % 3, devices[number % devices.Count], end.Token))).ToList();
        var closedAfter = TimeSpan.Zero;
        var left = 0;
        var most = 0;
        var meanwhile = await Pulse.TakeAsync(devices, stage.A, async () =>
        {
            var since = Stopwatch.GetTimestamp();
            do
            {
                await Task.Delay(250);
                left = stage.A.OpenConnections() - open;
                most = Math.Max(most, left);
                closedAfter = Stopwatch.GetElapsedTime(since);
            }
            while (closedAfter < TimeSpan.FromSeconds(3) || (left > 8 && closedAfter < ClosedWithin + TimeSpan.FromSeconds(10)));
        });
        var growth = stage.A.PeakMegabytes - resident;
        await end.CancelAsync();
        var kinds = (await Task.WhenAll(clients)).OfType<string>().CountBy(kind => kind).Select(entry => $"{entry.Value} {entry.Key}");
        idle.With(await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 3 : 8)));
        report.Add(meanwhile.IsWithin(idle), "slow clients, the others", meanwhile.Beside(idle));
        report.Add(left <= 8 && closedAfter <= ClosedWithin, "slow clients, hung up on",
            $"{most} open at most, {Math.Max(0, left)} left after {closedAfter.TotalSeconds:0.0} s ({string.Join(", ", kinds)} still held on)");
        report.Add(growth <= 100, "slow clients, memory", $"peak {growth} MB above {resident} MB");
    }

    /// <summary>Answers what kind it was if the server had not hung up on it by the end.</summary>
    private static async Task<string?> TortureAsync(int port, int kind, Device device, CancellationToken end)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
            await (kind switch
            {
                0 => DripAsync(socket, "", "GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\nX-Slow: " + new string('x', 200), end),
                1 => DripAsync(socket, string.Create(CultureInfo.InvariantCulture, $"POST /api/v1/auth/refresh HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Forwarded-For: {device.Address}\r\nContent-Length: 1000\r\n\r\n"), new string('{', 200), end),
                _ => NeverReadAsync(socket, end),
            });
            return kind switch { 0 => "with slow headers", 1 => "with slow bodies", _ => "that never read" };
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static async Task DripAsync(Socket socket, string atOnce, string slowly, CancellationToken end)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(atOnce), CancellationToken.None);
        for (var sent = 0; sent < slowly.Length && !end.IsCancellationRequested; sent++)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(slowly, sent, 1), CancellationToken.None);
            await Task.Delay(500, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The server's end of the line, if it has come, lies behind its answer.
            while (socket.Poll(0, SelectMode.SelectRead))
            {
                if (await socket.ReceiveAsync(new byte[4096], CancellationToken.None) == 0)
                {
                    throw new SocketException((int)SocketError.ConnectionReset);
                }
            }
        }
    }

    private static async Task NeverReadAsync(Socket socket, CancellationToken end)
    {
        var question = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /openapi/v1.json HTTP/1.1\r\nHost: a\r\n\r\n", 20)));
        socket.SendTimeout = 1000;
        while (!end.IsCancellationRequested)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
            patience.CancelAfter(1000);
            try
            {
                await socket.SendAsync(question, patience.Token);
            }
            catch (OperationCanceledException)
            {
                // The buffers between us are full, as intended.
            }

            await Task.Delay(500, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
