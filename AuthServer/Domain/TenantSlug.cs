using System.Text.RegularExpressions;

namespace AuthServer.Domain;

/// <summary>Slugs appear in apps and URLs, so each has one spelling, and none can be mistaken for another.</summary>
internal static partial class TenantSlug
{
    public const int MaxLength = 63;

    public const string Rule = "2 to 63 characters: lower-case letters a to z, digits and hyphens, with no hyphen at either end.";

    public static bool IsValid(string value) => Shape().IsMatch(value);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shape();
}
