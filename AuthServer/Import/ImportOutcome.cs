namespace AuthServer.Import;

/// <summary>What became of an import.</summary>
internal abstract record ImportOutcome
{
    private ImportOutcome()
    {
    }

    public sealed record Finished(ImportSummary Summary) : ImportOutcome;

    /// <summary>Nothing was changed by the row that could not be read, nor by those after it.</summary>
    public sealed record Refused(string Reason) : ImportOutcome;

    /// <summary>Another import is running.</summary>
    public sealed record Busy : ImportOutcome;
}

/// <summary>What became of a row.</summary>
internal enum RowOutcome
{
    /// <summary>A new account.</summary>
    Created,

    /// <summary>Another clinic for a person there is already.</summary>
    Merged,

    /// <summary>It was imported before.</summary>
    Unchanged,

    /// <summary>It was not imported; the reason says why.</summary>
    Skipped,
}

/// <summary>What became of a row, and why.</summary>
/// <param name="Row">Its line in the file, or its number in the table or the array.</param>
/// <param name="LegacyId">The person's id there.</param>
/// <param name="Email">As it was read.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record RowResult(long Row, string? LegacyId, string? Email, RowOutcome Outcome)
{
    /// <summary>Why it was skipped, in one word.</summary>
    public string? Reason { get; init; }

    /// <summary>More of it: the row or account it collides with.</summary>
    public string? Note { get; init; }

    /// <summary>What was left out of a row that was imported all the same.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What an import came to.</summary>
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

    /// <summary>References to patients, who stay behind.</summary>
    public long PatientReferences { get; set; }

    /// <summary>Columns that nothing was taken from.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; set; } = [];

    /// <summary>How often each reason for skipping a row came up.</summary>
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
