namespace AuthServer.Platform.Web;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Items">The items of this page.</param>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Skip">How many were skipped.</param>
/// <param name="Limit">The maximum number of items on a page.</param>
/// <param name="Next">The value of <c>after</c> for the next page, whatever changes meanwhile; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total, int Skip, int Limit, Guid? Next);

/// <summary>A page of a list that can be too long to count, newest first.</summary>
/// <param name="Items">The items of this page.</param>
/// <param name="Total">How many there are on all pages; a lower bound if <c>total_is_exact</c> is false.</param>
/// <param name="TotalIsExact">Whether <c>total</c> is exact.</param>
/// <param name="Skip">How many were skipped.</param>
/// <param name="Limit">The maximum number of items on a page.</param>
/// <param name="Next">The value of <c>after</c> for the next page, whatever changes meanwhile; null on the last page.</param>
public sealed record EstimatedPage<T, TCursor>(IReadOnlyList<T> Items, long Total, bool TotalIsExact, int Skip, int Limit, TCursor? Next)
    where TCursor : struct;

internal static class PageNames
{
    private static readonly string[] Suffixes = ["Record", "View", "Item", "Summary"];

    /// <summary>
    /// The name of a page type in the OpenAPI document, such as <c>UserPage</c> for <c>UserRecord</c>; null for other types.
    /// </summary>
    public static string? Of(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(Page<>) || open == typeof(EstimatedPage<,>))
            ? $"{Shortened(type.GetGenericArguments()[0].Name)}Page"
            : null;

    private static string Shortened(string item) =>
        Suffixes.FirstOrDefault(suffix => item.EndsWith(suffix, StringComparison.Ordinal)) is { } suffix ? item[..^suffix.Length] : item;
}
