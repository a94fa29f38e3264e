using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AuthServer.Platform.Persistence;

namespace AuthServer.Tests.Infrastructure;

/// <summary>The built program with only the environment a test sets; in a process of its own where that matters.</summary>
internal static class ServerProgram
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT"];

    /// <summary>A minimal valid environment.</summary>
    public static Dictionary<string, string?> GoodEnvironment(string database = "postgresql://nobody:secret@127.0.0.1:1/none") =>
        new(StringComparer.Ordinal)
        {
            ["SECRET_KEY"] = "a root secret of the tests, long enough",
            ["DATABASE_URL"] = database,
            ["Server__PublicUrl"] = "http://localhost:8080",
            ["Registration__Mode"] = "Immediate",
            ["Email__Folder"] = Path.Combine(AppContext.BaseDirectory, "mail"),
        };

    /// <summary>Runs in this process, which is about ten times cheaper.</summary>
    public static async Task<Finished> RunAsync(IEnumerable<string> args, IReadOnlyDictionary<string, string?> environment)
    {
        using var run = new InProcessRun(environment);
        return await run.RunAsync(args);
    }

    public static async Task<Finished> RunProcessAsync(
        IEnumerable<string> args, IReadOnlyDictionary<string, string?> environment, params string[] host)
    {
        using var process = Start(args, environment, host);
        using var patience = new CancellationTokenSource(Timeout);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token),
                process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return new(process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Serves on a free port until it is disposed of.</summary>
    public static async Task<Serving> ServeAsync(IReadOnlyDictionary<string, string?> environment)
    {
        var process = Start(["--urls=http://127.0.0.1:0"], environment);
        try
        {
            var output = new StringBuilder();
            return new Serving(process, await PortOnceStartedAsync(process, output), output);
        }
        catch
        {
            await new Serving(process, port: 0, new()).DisposeAsync();
            throw;
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>For tests that interact with the running process.</summary>
    public static Process Start(IEnumerable<string> args, IReadOnlyDictionary<string, string?> environment, params string[] host)
    {
        var start =
            new ProcessStartInfo(
                "dotnet", ["exec", .. host, typeof(AuthDbContext).Assembly.Location, .. args])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                // As a shell has it.
                WorkingDirectory = environment.GetValueOrDefault("PWD") ?? "",
            };
        start.Environment.Clear();
        foreach (var (name, value) in Inherited
            .Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name)))
            .Concat(environment)
            .Where(pair => pair.Value is not null))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    // The server chooses the port: one that was free a moment ago may be somebody else's by the time it starts.
    private static async Task<int> PortOnceStartedAsync(Process process, StringBuilder output)
    {
        const string Address = "http://127.0.0.1:";
        var (lines, port) = (process.StandardOutput, 0);
        using var patience = new CancellationTokenSource(Timeout);
        while (await lines.ReadLineAsync(patience.Token) is { } line)
        {
            if (port == 0 && line.IndexOf(Address, StringComparison.Ordinal) is >= 0 and var at)
            {
                port = int.Parse(string.Concat(line[(at + Address.Length)..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
            }

            if (line.Contains("Application started", StringComparison.Ordinal))
            {
                _ = KeepAsync(lines, output);
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                return port;
            }
        }

        throw new InvalidOperationException($"The server did not start: {await process.StandardError.ReadToEndAsync(patience.Token)}");
    }

    private static async Task KeepAsync(StreamReader lines, StringBuilder output)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
            }
        }
    }

    internal sealed record Finished(int ExitCode, string Output, string Error);

    internal sealed class Serving(Process process, int port, StringBuilder output) : IAsyncDisposable
    {
        public int Port => port;

        public int ProcessId => process.Id;

        /// <summary>What it has written to standard output since it started.</summary>
        public string Output
        {
            get
            {
                lock (output)
                {
                    return output.ToString();
                }
            }
        }

        public Api Api { get; } = new(new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            Api.Http.Dispose();
        }
    }
}
