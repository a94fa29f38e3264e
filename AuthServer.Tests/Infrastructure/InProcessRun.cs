using System.Text;
using AuthServer.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace AuthServer.Tests.Infrastructure;

/// <summary>
/// Runs the whole program without a process: with its own console and environment, which saves the second that .NET takes to start.
/// </summary>
internal sealed class InProcessRun(IReadOnlyDictionary<string, string?> environment) : IDisposable
{
    private readonly LogCapture _logs = new();
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new();

    /// <summary>The input at the terminal; null if there is no terminal.</summary>
    public string? Typed { get; init; }

    public async Task<ServerProgram.Finished> RunAsync(IEnumerable<string> args)
    {
        await using var output = new StreamWriter(_output, new UTF8Encoding(false)) { AutoFlush = true };
        var terminal = new Terminal(new StringReader(Typed ?? ""), TextWriter.Synchronized(output), TextWriter.Synchronized(_error))
        {
            OpenOut = () => _output,
            IsInputRedirected = Typed is null,
            IsOutputRedirected = true,
        };
        var exitCode = await Task.Run(() => Program.RunAsync([.. args], terminal, Adjust));
        return new(exitCode, Encoding.UTF8.GetString(_output.ToArray()), _error + string.Concat(_logs.Lines.Select(line => $"{line}\n")));
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        _logs.Dispose();
    }

    private void Adjust(WebApplicationBuilder builder)
    {
        // After the environment of the tests' own process, which it overrides, and before the command line.
        var place =
            builder.Configuration.Sources.ToList().FindIndex(
                source => source is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        builder.Configuration.Sources.Insert(place + 1, new MemoryConfigurationSource { InitialData = Variables() });
        // With the log levels of the real program.
        builder.Services.Replace(ServiceDescriptor.Singleton(_ => LoggerFactory.Create(logging =>
            logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddProvider(_logs))));
    }

    private Dictionary<string, string?> Variables()
    {
        var variables = System.Environment
            .GetEnvironmentVariables().Keys
            .Cast<string>()
            .ToDictionary(Key, _ => (string?)null, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in environment.Where(variable => variable.Value is not null))
        {
            variables[Key(name)] = value;
        }

        return variables;
    }

    private static string Key(string variable) => variable.Replace("__", ":", StringComparison.Ordinal);
}
