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

    // Headers have 10 s; a body has 5 s of grace and then 240 bytes a second; 5 s for the timers.
    private static readonly TimeSpan SlowWithin = TimeSpan.FromSeconds(15);

    // Those that never read are only watched: Kestrel gives each byte it has written its time, those in the kernel's
    // buffers too, which comes to some twenty minutes. They may cost memory as little as the others.
    private static readonly TimeSpan UnreadFor = TimeSpan.FromSeconds(75);

    public static async Task RunAsync(Stage stage, Report report)
    {
        var devices = await stage.SignedInDevicesAsync(64);
        var idle = await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 4 : 8));
        var (resident, open) = (stage.A.ResidentMegabytes, stage.A.OpenConnections());
        using var end = new CancellationTokenSource();
        var most = 0;
        var slow = TimeSpan.Zero;
        var unread = TimeSpan.Zero;
        var meanwhile = await Pulse.TakeAsync(devices, stage.A, async () =>
        {
            var since = Stopwatch.GetTimestamp();
            var clients = Enumerable
                .Range(0, Connections)
                .Select(
                    number =>
                        (Kind: KindOf(number),
                            Task: Task.Run(() => TortureAsync(stage.A.Port, number, devices[number % devices.Count], end.Token))))
                .ToList();
            var patience = stage.IsShort ? SlowWithin : UnreadFor;
            while (unread == TimeSpan.Zero && Stopwatch.GetElapsedTime(since) < patience)
            {
                await Task.Delay(250);
                most = Math.Max(most, stage.A.OpenConnections() - open);
                slow = slow == TimeSpan.Zero && clients.All(client => client.Kind == 2 || client.Task.IsCompleted)
                    ? Stopwatch.GetElapsedTime(since)
                    : slow;
                unread = clients.All(client => client.Task.IsCompleted) ? Stopwatch.GetElapsedTime(since) : unread;
            }

            await end.CancelAsync();
            await Task.WhenAll(clients.Select(client => client.Task));
        });
        var growth = stage.A.PeakMegabytes - resident;
        idle.With(await Pulse.TakeAsync(devices, stage.A, TimeSpan.FromSeconds(stage.IsShort ? 3 : 8)));
        report.Add(meanwhile.IsWithin(idle), "slow clients, the others", meanwhile.Beside(idle));
        report.Add(slow > TimeSpan.Zero && slow <= SlowWithin, "slow clients, hung up on",
            $"{most} open at most; all that send slowly gone after {slow.TotalSeconds:0.0} s, "
                + $"all that never read {(unread > TimeSpan.Zero ? $"after {unread.TotalSeconds:0.0} s" : "still there")}");
        report.Add(growth <= 100, "slow clients, memory", $"peak {growth} MB above {resident} MB");
    }

    // A tenth never reads: each of them fills megabytes of the kernel's buffers first.
    private static int KindOf(int number) => number % 10 == 9 ? 2 : number % 2;

    /// <summary>Ends when the server hangs up, or when told to.</summary>
    private static async Task TortureAsync(int port, int number, Device device, CancellationToken end)
    {
        // Not all in the same moment: they are slow, not many.
        await Task.Delay(2 * number, CancellationToken.None);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
            await (KindOf(number) switch
            {
                0 => DripAsync(socket, "", "GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\nX-Slow: " + new string('x', 200), end),
                1 =>
                    DripAsync(
                        socket,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"POST /api/v1/auth/refresh HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                + $"X-Forwarded-For: {device.Address}\r\nContent-Length: 1000\r\n\r\n"),
                        new string('{', 200), end),
                _ => NeverReadAsync(socket, end),
            });
        }
        catch (SocketException)
        {
            // The server has hung up.
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
        const string Question = "GET /openapi/v1.json HTTP/1.1\r\nHost: a\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Question, 60))), end);
        var question = Encoding.ASCII.GetBytes(Question);
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
