using System.Text.RegularExpressions;

namespace AuthServer.Domain;

/// <summary>User names are ASCII and contain no '@', so that none can be mistaken for somebody's e-mail address.</summary>
internal static partial class UserName
{
    public const string Rule = "3 to 64 characters: letters, digits, '.', '_' and '-', starting with a letter or digit.";

    public static bool IsValid(string value) => Shape().IsMatch(value);

    /// <summary>
    /// The form used for lookups. An invalid name stays as it is, because lower-casing would turn U+212A into a k.
    /// </summary>
    public static string Normalize(string value) => IsValid(value) ? value.ToLowerInvariant() : value;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{2,63}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shape();
}
