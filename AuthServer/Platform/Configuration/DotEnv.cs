using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace AuthServer.Platform.Configuration;

/// <summary>
/// The file <c>.env</c> of the folder that the program is started in, for Development; the environment itself takes precedence.
/// </summary>
internal static class DotEnv
{
    public static void AddDotEnv(this IConfigurationManager configuration)
    {
        var path = Path.Combine(Directory.GetCurrentDirectory(), ".env");
        if (!File.Exists(path))
        {
            return;
        }

        var values = File.ReadLines(path)
            .Select(line => line.Trim())
            .Where(line => !line.StartsWith('#') && line.Contains('=', StringComparison.Ordinal))
            .Select(line => (line.StartsWith("export ", StringComparison.Ordinal) ? line["export ".Length..] : line).Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0].Trim().Replace("__", ":", StringComparison.Ordinal), Unquoted(pair[1].Trim())))
            .Where(pair => pair.Value.Length > 0)
            .GroupBy(pair => pair.Key, pair => (string?)pair.Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.OrdinalIgnoreCase);
        var at = configuration.Sources.ToList().FindIndex(
            source => source is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        configuration.Sources.Insert(Math.Max(at, 0), new MemoryConfigurationSource { InitialData = values });
    }

    private static string Unquoted(string value) =>
        value is ['"', .., '"'] or ['\'', .., '\''] ? value[1..^1]
        : value.Split(" #", 2)[0].TrimEnd();
}
