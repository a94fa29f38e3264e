using System.Diagnostics;
using System.Text;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Clients;

/// <summary>Runs what our documents show to app developers in Node, as they would, against a server under test.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static string Folder => Path.Combine(Repository.Root, "AuthServer.Tests", "node");

    /// <summary>The one fenced block of that language in a document.</summary>
    public static string Sample(string document, string language)
    {
        var fence = $"```{language}\n";
        var parts = Repository.Read(document).ReplaceLineEndings("\n").Split(fence);
        parts.Should().HaveCount(2, "{0} should hold one {1} block", document, language);
        return parts[1][..parts[1].IndexOf("```", StringComparison.Ordinal)];
    }

    /// <summary>A file of its own for a sample, from where it finds the Node modules of the tests.</summary>
    public static string Place(string name, string text)
    {
        var modules = Path.Combine(Folder, "node_modules");
        Directory
            .Exists(modules)
            .Should()
            .BeTrue("eng/test installs the Node modules of the tests; by hand it is `npm ci` in AuthServer.Tests/node");
        var folder = Directory.CreateDirectory(Path.Combine(modules, ".samples", Guid.NewGuid().ToString("N")));
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs a script to its end, doing to the server what it asks for.</summary>
    /// <param name="script">A file of the tests' Node folder.</param>
    /// <param name="onAsk">Acts on a request of the script and answers it with a line.</param>
    /// <param name="arguments">What the script is given.</param>
    public static async Task RunAsync(string script, Func<string, Task<string>> onAsk, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, script), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var patience = new CancellationTokenSource(Timeout);
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = new StringBuilder();
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("ask ", StringComparison.Ordinal))
                {
                    await process.StandardInput.WriteLineAsync(await onAsk(line["ask ".Length..]));
                    await process.StandardInput.FlushAsync(patience.Token);
                }
                else
                {
                    output.AppendLine(line);
                }
            }

            await process.WaitForExitAsync(patience.Token);
            process.ExitCode.Should().Be(0, "{0} {1} said: {2}{3}", script, string.Join(' ', arguments), output, await errors);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
