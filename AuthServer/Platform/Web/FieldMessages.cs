using System.Globalization;
using System.Text.RegularExpressions;

namespace AuthServer.Platform.Web;

/// <summary>
/// What people read beside a field, in their language. The code gives messages in English, and they are translated where an answer is
/// written, so that logs, the command line and the descriptions stay English.
/// </summary>
internal static partial class FieldMessages
{
    private static readonly (Regex English, string Hebrew)[] Hebrew =
        [.. HebrewFieldMessages.All.Select(message => (PatternOf(message.English), message.Hebrew))];

    /// <summary>The same errors in another language; those without a translation stay English.</summary>
    public static IReadOnlyDictionary<string, string[]> In(Language language, IReadOnlyDictionary<string, string[]> errors) =>
        language == Language.Hebrew
            ? errors.ToDictionary(
                field => field.Key, field => Array.ConvertAll(field.Value, message => InHebrew(message) ?? message), StringComparer.Ordinal)
            : errors;

    /// <summary>Null if there is no translation.</summary>
    public static string? InHebrew(string english)
    {
        foreach (var (pattern, hebrew) in Hebrew)
        {
            if (pattern.Match(english) is { Success: true } found)
            {
                object[] values = [.. found.Groups.Values.Skip(1).Select(group => group.Value)];
                return string.Format(CultureInfo.InvariantCulture, hebrew, values);
            }
        }

        return null;
    }

    private static Regex PatternOf(string template) =>
        new($@"\A{Placeholder().Replace(Regex.Escape(template), "(.*)")}\z", RegexOptions.NonBacktracking | RegexOptions.Singleline);

    // As Regex.Escape writes it.
    [GeneratedRegex(@"\\\{[0-9]}", RegexOptions.None, 1000)]
    private static partial Regex Placeholder();
}
