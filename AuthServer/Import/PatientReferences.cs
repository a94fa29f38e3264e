using System.Text.RegularExpressions;

namespace AuthServer.Import;

/// <summary>Patients of the old system are only Firebase ids: they are counted but not imported.</summary>
internal static partial class PatientReferences
{
    /// <summary>Counts the ids in a PostgreSQL array, a JSON array, or a list with any separators.</summary>
    public static int CountIn(string? text) => text is null ? 0 : Id().Count(text);

    [GeneratedRegex("[A-Za-z0-9_-]{6,128}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Id();
}
