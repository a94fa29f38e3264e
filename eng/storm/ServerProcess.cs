using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace AuthServer.Storm;

/// <summary>One replica: a real process, which can be started, asked, stopped and killed.</summary>
internal sealed class ServerProcess(string name, int port, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    public string Name => name;

    public int Port => port;

    public HttpClient Http { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
    })
    { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it has written since it was made, over all its lives.</summary>
    public IReadOnlyCollection<string> Log => _log;

    public long ResidentMegabytes => Memory("VmRSS:");

    public long PeakMegabytes => Memory("VmHWM:");

    public void Start(IReadOnlyDictionary<string, string>? more = null)
    {
        var start =
            new ProcessStartInfo(
                "dotnet", [Surroundings.ServerProgram])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false
            };
        foreach (var (key, value) in settings.Concat(more ?? new Dictionary<string, string>(StringComparer.Ordinal)))
        {
            start.Environment[key] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = Http.BaseAddress!.ToString();
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it says that it is ready; answers how long that took.</summary>
    public async Task<double> ReadyAsync(TimeSpan? within = null)
    {
        var since = Stopwatch.GetTimestamp();
        while (await StatusAsync("/health/ready") != 200)
        {
            if (Stopwatch.GetElapsedTime(since) > (within ?? StartsWithin) || !IsRunning)
            {
                throw new TimeoutException($"{name} did not become ready. Its last words: {string.Join(" | ", _log.TakeLast(3))}");
            }

            await Task.Delay(10);
        }

        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    /// <summary>Waits until it hears again what the others notify.</summary>
    public async Task HearsAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (await HealthOfAsync("revocations") != "healthy")
        {
            if (Stopwatch.GetElapsedTime(since) > StartsWithin)
            {
                throw new TimeoutException($"{name} did not get its notification line back.");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>The status it answers a GET with; 0 if it does not.</summary>
    public async Task<int> StatusAsync(string path)
    {
        try
        {
            using var answer = await Http.GetAsync(path);
            return (int)answer.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return 0;
        }
    }

    public void Kill()
    {
        Signals.Send(_process!.Id, Signal.Kill);
        _process.WaitForExit();
    }

    /// <summary>Asks it to end; answers its exit code and how long that took.</summary>
    public async Task<(int ExitCode, double Milliseconds)> TerminateAsync()
    {
        var since = Stopwatch.GetTimestamp();
        Signals.Send(_process!.Id, Signal.Terminate);
        using var patience = new CancellationTokenSource(StartsWithin);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, Stopwatch.GetElapsedTime(since).TotalMilliseconds);
    }

    /// <summary>Connections to its port that are open at this moment, as the kernel sees them from the server's side.</summary>
    public int OpenConnections()
    {
        const string Established = "01";
        var local = string.Create(CultureInfo.InvariantCulture, $"0100007F:{port:X4}");
        return File
            .ReadLines("/proc/net/tcp")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(fields => fields[1] == local && fields[3] == Established);
    }

    public ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            Kill();
        }

        _process?.Dispose();
        Http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string?> HealthOfAsync(string check)
    {
        using var answer = await Http.GetAsync("/health/ready");
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["checks"]![check]?["status"]?.GetValue<string>();
    }

    private long Memory(string field) =>
        File.ReadLines($"/proc/{_process!.Id}/status").Where(line => line.StartsWith(field, StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024)
            .Single();

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _log.Enqueue(line);
            if (Surroundings.LogFolder is { Length: > 0 } folder)
            {
                lock (_log)
                {
                    File.AppendAllText(Path.Combine(folder, name + ".log"), line + "\n");
                }
            }
        }
    }
}
