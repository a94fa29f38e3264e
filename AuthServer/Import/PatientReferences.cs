using System.Text.RegularExpressions;

namespace AuthServer.Import;

/// <summary>Patients of the old system are Firebase ids and nothing else: they are counted, and stay where they are.</summary>
internal static partial class PatientReferences
{
    /// <summary>How many ids there are in a PostgreSQL array, a JSON array, or a list with whatever between.</summary>
    public static int CountIn(string? text) => text is null ? 0 : Id().Count(text);

    [GeneratedRegex("[A-Za-z0-9_-]{6,128}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Id();
}
