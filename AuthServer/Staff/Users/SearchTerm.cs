using AuthServer.Platform.Persistence;

namespace AuthServer.Staff.Users;

/// <summary>What somebody looks for, as a pattern for ILIKE on <c>users.search_text</c> or <c>name_search_text</c>.</summary>
internal static class SearchTerm
{
    // The index is made of groups of three characters. A word's beginning counts the blank before it, so two are enough there.
    private const int ShortestAnywhere = 3;

    /// <summary>Null where nothing is looked for.</summary>
    public static string? PatternOf(string? search)
    {
        if (string.IsNullOrWhiteSpace(search))
        {
            return null;
        }

        // Of a short term its letters and digits: the index knows nothing of the rest.
        var term = search.Trim() is { Length: >= ShortestAnywhere } whole ? whole : string.Concat(search.Where(char.IsLetterOrDigit));
        var literal = LikePattern.Literal(term);
        return term.Length < ShortestAnywhere ? $"% {literal}%" : $"%{literal}%";
    }
}
