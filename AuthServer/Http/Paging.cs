namespace AuthServer.Http;

/// <summary>The limits every list has.</summary>
internal static class Paging
{
    private const int MaxLimit = 100;

    // What is skipped has to be read; what stands behind a cursor has not.
    private const int MaxSkip = 10_000;

    public static Problem? Faults(int skip, int limit)
    {
        var errors = new FieldErrors();
        if (skip < 0)
        {
            errors.Add("skip", "At least 0.");
        }

        if (skip > MaxSkip)
        {
            errors.Add("skip", "At most 10000. To go further, send the `next` of the page before as `after`.");
        }

        if (limit is < 1 or > MaxLimit)
        {
            errors.Add("limit", "Between 1 and 100.");
        }

        return errors.Any ? new Problem(ErrorCodes.ValidationFailed, errors.Messages) : null;
    }
}
