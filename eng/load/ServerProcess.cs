using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AuthServer.Load;

/// <summary>A server in a process of its own, for as long as this object lives.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Queue<string> _output = new();

    private ServerProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public int Id => _process.Id;

    /// <summary>From the start of the process to its first 200.</summary>
    public TimeSpan StartedWithin { get; private set; }

    /// <summary>Starts <c>dotnet ASSEMBLY ARGUMENTS</c>, where an argument may hold {url}, and waits until that path answers 200.</summary>
    public static async Task<ServerProcess> StartAsync(
        string[] command, IReadOnlyDictionary<string, string> settings, string readyPath, HttpClient client)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", command.Select(part => part.Replace("{url}", url.ToString(), StringComparison.Ordinal)))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value.Replace("{url}", url.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        }

        var startedAt = Stopwatch.GetTimestamp();
        var server = new ServerProcess(Process.Start(start)!, url);
        server._process.OutputDataReceived += server.Keep;
        server._process.ErrorDataReceived += server.Keep;
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        await server.WaitAsync(new Uri(url, readyPath), startedAt, client);
        return server;
    }

    public double Cpu() => Load.Cpu.OfTree(Id);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task WaitAsync(Uri ready, long startedAt, HttpClient client)
    {
        while (Stopwatch.GetElapsedTime(startedAt) < Timeout && !_process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(ready);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    StartedWithin = Stopwatch.GetElapsedTime(startedAt);
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        await DisposeAsync();
        throw new InvalidOperationException(
            $"The server did not get ready:{Environment.NewLine}{string.Join(Environment.NewLine, _output)}");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null)
        {
            lock (_output)
            {
                _output.Enqueue(line.Data);
                if (_output.Count > KeptLines)
                {
                    _output.Dequeue();
                }
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
