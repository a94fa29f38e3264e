using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Platform.Web;

/// <summary>Which page of a list to return.</summary>
internal sealed record PageRequest<TCursor>(
    [property: FromQuery(Name = "skip"), Description("How many to skip: at most 10000.")] int Skip = 0,
    [property: FromQuery(Name = "limit"), Description("How many to return: 1 to 100.")] int Limit = 20,
    [property: FromQuery(Name = "after"), Description("Continue after this id: the `next` of the previous page.")] TCursor? After = null)
    : IValidated
    where TCursor : struct
{
    private const int MaxLimit = 100;

    // Skipped rows have to be read; rows before a cursor do not.
    private const int MaxSkip = 10_000;

    void IValidated.Validate(FieldErrors errors)
    {
        if (Skip < 0)
        {
            errors.Add("skip", "At least 0.");
        }

        if (Skip > MaxSkip)
        {
            errors.Add("skip", "At most 10000. To go further, send the `next` of the previous page as `after`.");
        }

        if (Limit is < 1 or > MaxLimit)
        {
            errors.Add("limit", "Between 1 and 100.");
        }
    }

    /// <summary>The rows of this page, and one more if there is one, which shows that another page follows.</summary>
    public IQueryable<TRow> Fetch<TRow>(IQueryable<TRow> rows) => rows.Skip(Skip).Take(Limit + 1);

    /// <summary>The same for rows in memory.</summary>
    public IEnumerable<TRow> Fetch<TRow>(IEnumerable<TRow> rows) => rows.Skip(Skip).Take(Limit + 1);

    /// <summary>The rows without the extra one, and where the next page starts.</summary>
    public (IEnumerable<TRow> Rows, TCursor? Next) Cut<TRow>(IReadOnlyList<TRow> fetched, Func<TRow, TCursor> cursorOf) =>
        (fetched.Take(Limit), fetched.Count > Limit ? cursorOf(fetched[Limit - 1]) : null);
}

internal static class PageAnswer
{
    /// <summary>Builds the page from the rows fetched for it.</summary>
    public static Page<TItem> Answer<TRow, TItem>(
        this PageRequest<Guid> page, IReadOnlyList<TRow> fetched, int total, Func<TRow, Guid> idOf, Func<TRow, TItem> itemOf)
    {
        var (rows, next) = page.Cut(fetched, idOf);
        return new([.. rows.Select(itemOf)], total, page.Skip, page.Limit, next);
    }
}
