using System.Diagnostics;
using System.Text.Json.Nodes;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Runs once for each newer version of PostgreSQL than the machine's own, where npm has it for this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OtherPostgresTheoryAttribute : TheoryAttribute
{
    public OtherPostgresTheoryAttribute() =>
        Skip = Directory.Exists(OtherPostgres.ModuleOf(18)) ? null : "There are no other versions of PostgreSQL for this machine.";
}

/// <summary>A private cluster of another version, made by eng/postgres from binaries among the tests' Node modules.</summary>
internal sealed class OtherPostgres : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("authserver-postgres-").FullName;

    public OtherPostgres(int major)
    {
        // PostgreSQL runs as another user, who must get through, and who could not reach the modules in everybody's clone.
        File.SetUnixFileMode(_home, File.GetUnixFileMode(_home) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Run("cp", "-r", Path.Combine(ModuleOf(major), "native"), In("native"));
        // npm packages hold no links.
        foreach (var link in JsonNode.Parse(File.ReadAllText(In("native/pg-symlinks.json")))!.AsArray())
        {
            var target = In(link!["target"]!.GetValue<string>());
            File.Delete(target);
            File.CreateSymbolicLink(target, In(link["source"]!.GetValue<string>()));
        }

        foreach (var program in Directory.GetFiles(In("native/bin")))
        {
            File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        }

        File.CreateSymbolicLink(In("native/bin/psql"), Run("bash", "-c", "command -v psql"));
        Run(Script, "start", In("cluster"));
    }

    public string ServerUrl => Run(Script, "url", In("cluster"));

    public string OwnerUrl => Run(Script, "url", In("cluster"), "owner");

    private static string Script => Path.Combine(Repository.Root, "eng", "postgres");

    public static string ModuleOf(int major) =>
        Path.Combine(Repository.Root, "AuthServer.Tests", "node", "node_modules", $"postgres-{major}");

    public void Dispose()
    {
        Run(Script, "remove", In("cluster"));
        Directory.Delete(_home, recursive: true);
    }

    private string In(string path) => Path.Combine(_home, path);

    private string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{In("native/bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, "{0} said {1}", program, error.Result);
        return output.Trim();
    }
}
