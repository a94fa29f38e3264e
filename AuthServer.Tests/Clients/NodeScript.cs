using System.Diagnostics;
using System.Text;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Clients;

/// <summary>Runs the examples from our documents in Node, against a server under test.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static string Folder => Path.Combine(Repository.Root, "AuthServer.Tests", "node");

    /// <summary>The only fenced block of that language in a document.</summary>
    public static string Sample(string document, string language)
    {
        var fence = $"```{language}\n";
        var parts = Repository.Read(document).ReplaceLineEndings("\n").Split(fence);
        parts.Should().HaveCount(2, "{0} should hold one {1} block", document, language);
        return parts[1][..parts[1].IndexOf("```", StringComparison.Ordinal)];
    }

    /// <summary>Writes a sample to a file from where it can find the tests' Node modules.</summary>
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

    /// <summary>A file in the tests' Node folder.</summary>
    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Runs a script to its end and serves its requests.</summary>
    /// <param name="script">A file in the tests' Node folder.</param>
    /// <param name="onAsk">Handles a request of the script and returns one line.</param>
    /// <param name="arguments">The script's arguments.</param>
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
