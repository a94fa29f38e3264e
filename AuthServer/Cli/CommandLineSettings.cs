using System.CommandLine;

namespace AuthServer.Cli;

/// <summary>
/// The rest of a line: settings, as <c>--Section:Key=value</c> or <c>--Section:Key value</c>. A mistyped option must never pass
/// for one: <c>sessions revoke-all --tennant north</c> would end everybody's.
/// </summary>
internal static class CommandLineSettings
{
    // Those that stand in no section: most are the host's.
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

    /// <summary>What is no setting, or null.</summary>
    /// <param name="tokens">The rest of the line.</param>
    /// <param name="isServing">What hosts servers hands on empty sections too, which set nothing; behind a command that would be an
    /// option.</param>
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

    /// <summary>Whether a setting begins here.</summary>
    public static bool IsKey(string token) =>
        token.StartsWith("--", StringComparison.Ordinal)
        && token[2..].Split('=', 2) is var parts
        && (parts[0].Contains(':', StringComparison.Ordinal) || BareKeys.Contains(parts[0], StringComparer.OrdinalIgnoreCase));
}
