namespace AuthServer.Import;

internal abstract record ImportOutcome
{
    private ImportOutcome()
    {
    }

    public sealed record Finished(ImportSummary Summary) : ImportOutcome;

    /// <summary>The unreadable row and those after it changed nothing.</summary>
    public sealed record Refused(string Reason) : ImportOutcome;

    public sealed record Busy : ImportOutcome;
}

internal enum RowOutcome
{
    /// <summary>A new account.</summary>
    Created,

    /// <summary>An existing person was added to another clinic.</summary>
    Merged,

    /// <summary>It was imported before.</summary>
    Unchanged,

    /// <summary>It was not imported, for the reason given.</summary>
    Skipped,
}

/// <summary>
/// The outcome of a row. <c>Row</c> is its line in the file, or its number in the table or array; <c>LegacyId</c> is the person's
/// id in the source.
/// </summary>
internal sealed record RowResult(long Row, string? LegacyId, string? Email, RowOutcome Outcome)
{
    /// <summary>One of <see cref="RowReasons"/> if the row was skipped.</summary>
    public string? Reason { get; init; }

    /// <summary>Details, such as the row or account it collides with.</summary>
    public string? Note { get; init; }

    /// <summary>What was left out of a row that was imported anyway.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Totals of an import.</summary>
internal sealed class ImportSummary
{
    private readonly Dictionary<string, long> _reasons = new(StringComparer.Ordinal);

    public long Rows { get; private set; }

    public long Created { get; private set; }

    public long Merged { get; private set; }

    public long Unchanged { get; private set; }

    public long Skipped { get; private set; }

    public long Warnings { get; private set; }

    public long Tenants { get; private set; }

    public long Licences { get; private set; }

    public long WithPassword { get; private set; }

    public long LinksGiven { get; set; }

    /// <summary>People who have neither a password nor a link.</summary>
    public long WaitingForLink { get; set; }

    /// <summary>References to patients, who are not imported.</summary>
    public long PatientReferences { get; set; }

    /// <summary>Columns that were not used.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; set; } = [];

    /// <summary>How often each reason for skipping a row occurred.</summary>
    public IReadOnlyDictionary<string, long> Reasons => _reasons;

    public void Count(IReadOnlyList<RowPlan> plans)
    {
        Tenants += plans.Count(plan => plan.OpensClinic);
        var created = plans.Where(plan => plan.Result.Outcome == RowOutcome.Created).ToList();
        Licences += created.Count(plan => plan.Candidate.Practice?.Licence is not null);
        WithPassword += created.Count(plan => plan.Candidate.PasswordHash is not null);
    }

    public void Count(RowResult result)
    {
        Rows++;
        Warnings += result.Warnings.Count;
        _ = result.Outcome switch
        {
            RowOutcome.Created => Created++,
            RowOutcome.Merged => Merged++,
            RowOutcome.Unchanged => Unchanged++,
            _ => Skipped++,
        };
        if (result.Reason is { } reason)
        {
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        }
    }
}
