namespace AuthServer.Platform.Web;

/// <summary>A page of a list, newest first.</summary>
/// <param name="Items">Those of this page.</param>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Skip">How many were passed over.</param>
/// <param name="Limit">How many a page holds at most.</param>
/// <param name="Next">For <c>after</c>: where the next page starts, however the list has changed meanwhile; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total, int Skip, int Limit, Guid? Next);

/// <summary>A page of a list that can be too long to count, newest first.</summary>
/// <param name="Items">Those of this page.</param>
/// <param name="Total">How many there are on all pages; where <c>total_is_exact</c> is false, at least so many.</param>
/// <param name="TotalIsExact">Whether <c>total</c> is the whole number.</param>
/// <param name="Skip">How many were passed over.</param>
/// <param name="Limit">How many a page holds at most.</param>
/// <param name="Next">For <c>after</c>: where the next page starts, however the list has changed meanwhile; null on the last page.</param>
public sealed record EstimatedPage<T, TCursor>(IReadOnlyList<T> Items, long Total, bool TotalIsExact, int Skip, int Limit, TCursor? Next)
    where TCursor : struct;

internal static class PageNames
{
    private static readonly string[] Suffixes = ["Record", "View", "Item", "Summary"];

    /// <summary>What the description calls a page: <c>UserPage</c> for one of <c>UserRecord</c>; null for what is no page.</summary>
    public static string? Of(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(Page<>) || open == typeof(EstimatedPage<,>))
            ? $"{Shortened(type.GetGenericArguments()[0].Name)}Page"
            : null;

    private static string Shortened(string item) =>
        Suffixes.FirstOrDefault(suffix => item.EndsWith(suffix, StringComparison.Ordinal)) is { } suffix ? item[..^suffix.Length] : item;
}
