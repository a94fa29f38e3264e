using AuthServer.Platform.Persistence;

namespace AuthServer.Staff.Users;

/// <summary>Turns a search text into an ILIKE pattern for <c>users.search_text</c> or <c>name_search_text</c>.</summary>
internal static class SearchTerm
{
    // The index consists of trigrams. The start of a word counts the blank before it, so two characters are enough there.
    private const int ShortestAnywhere = 3;

    /// <summary>The text, if it can be an id of another system, which has that system's name before a colon; or null.</summary>
    public static string? LegacyIdIn(string? search) =>
        search?.Trim() is { } text && text.IndexOf(':', StringComparison.Ordinal) > 0 ? text : null;

    /// <summary>Null for a blank search text.</summary>
    public static string? PatternOf(string? search)
    {
        if (string.IsNullOrWhiteSpace(search))
        {
            return null;
        }

        // Of a short term only letters and digits are used, because the index ignores everything else.
        var normal = search.Trim().Normalize();
        var term = normal.Length >= ShortestAnywhere ? normal : string.Concat(normal.Where(char.IsLetterOrDigit));
        var literal = LikePattern.Literal(term);
        return term.Length < ShortestAnywhere ? $"% {literal}%" : $"%{literal}%";
    }
}
