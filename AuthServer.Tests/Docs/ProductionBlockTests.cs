using System.Diagnostics;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Docs;

/// <summary>What README tells to set in production is enough for the server's own check.</summary>
public sealed class ProductionBlockTests
{
    [Fact]
    public async Task The_block_without_Docker_passes_its_own_check()
    {
        var block = Repository.Read("README.md").ReplaceLineEndings("\n").Split("```sh\n").Select(part => part.Split("```")[0])
            .Single(part => part.Contains("--check-configuration", StringComparison.Ordinal));
        // The dots stand for what each operator draws at random.
        var exports = string.Join('\n', block.Split('\n').Where(line => line.StartsWith("export ", StringComparison.Ordinal)))
            .Replace("…", "q8ZrT1vKx0mWc5YbLd7JhPn2GsFa4Ue9", StringComparison.Ordinal);

        var environment = await EnvironmentAfterAsync(exports);

        (await ServerProgram.RunAsync(["--check-configuration"], environment)).Should().Be(new ServerProgram.Finished(0, "", ""));
    }

    private static async Task<Dictionary<string, string?>> EnvironmentAfterAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-euc", $"{script}\nenv -0"]) { UseShellExecute = false, RedirectStandardOutput = true };
        var inherited = start.Environment.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        using var bash = Process.Start(start)!;
        var variables = (await bash.StandardOutput.ReadToEndAsync()).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return variables.Select(variable => variable.Split('=', 2))
            .Where(pair => !inherited.ContainsKey(pair[0]) && pair[0] is not ("_" or "SHLVL" or "PWD"))
            .ToDictionary(pair => pair[0], pair => (string?)pair[1], StringComparer.Ordinal);
    }
}
