using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>
/// The remaining arguments: settings, as <c>--Section:Key=value</c> or <c>--Section:Key value</c>. A mistyped option must never
/// pass as a setting: <c>sessions revoke-all --tennant north</c> would end everybody's sessions.
/// </summary>
internal static class CommandLineSettings
{
    // Keys without a section, mostly the host's.
    private static readonly string[] BareKeys = [
        "urls", "http_ports", "https_ports", "environment", "applicationName", "contentRoot", "DATA_DIR"];

    public static Argument<string[]> Make(bool isHidden) =>
        new("settings") { Description = "Any setting, as --Section:Key=value", Arity = ArgumentArity.ZeroOrMore, Hidden = isHidden };

    public static string[] Of(ParseResult line, params IEnumerable<Command> commands) =>
        [.. commands
            .Distinct()
            .SelectMany(command => command.Arguments.OfType<Argument<string[]>>())
            .Where(argument => argument.Name == "settings")
            .SelectMany(settings => line.GetValue(settings) ?? [])];

    /// <summary>
    /// The first argument that is not a setting, or null. When serving, empty sections are accepted: tools that start hosts pass
    /// them, and they set nothing. After a command they would be a mistyped option.
    /// </summary>
    public static string? Misunderstood(string[] tokens, bool isServing)
    {
        for (var index = 0; index < tokens.Length; index++)
        {
            var token = tokens[index];
            var hasValue = token.Contains('=', StringComparison.Ordinal)
                || tokens.ElementAtOrDefault(++index)?.StartsWith("--", StringComparison.Ordinal) == false;
            if (!hasValue || !(IsKey(token) || (isServing && IsEmpty(token))))
            {
                return token;
            }
        }

        return null;
    }

    private static bool IsEmpty(string token) =>
        token.StartsWith("--", StringComparison.Ordinal) && token.IndexOf('=', StringComparison.Ordinal) == token.Length - 1;

    public static bool IsKey(string token) =>
        token.StartsWith("--", StringComparison.Ordinal)
        && token[2..].Split('=', 2) is var parts
        && (parts[0].Contains(':', StringComparison.Ordinal) || BareKeys.Contains(parts[0], StringComparer.OrdinalIgnoreCase));
}
