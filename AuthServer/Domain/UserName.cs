using System.Text.RegularExpressions;

namespace AuthServer.Domain;

/// <summary>User names are ASCII and never hold an '@', so that one can never be mistaken for somebody's e-mail.</summary>
internal static partial class UserName
{
    public const string Rule = "3 to 64 characters: letters, digits, '.', '_' and '-', starting with a letter or digit.";

    public static bool IsValid(string value) => Shape().IsMatch(value);

    /// <summary>The form names are found by; what is none stays as it is, because U+212A in lower case would be a k.</summary>
    public static string Normalize(string value) => IsValid(value) ? value.ToLowerInvariant() : value;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{2,63}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shape();
}
