namespace AuthServer.Import;

/// <summary>What to do with a row, and what to report about it.</summary>
internal sealed record RowPlan(Candidate Candidate, RowResult Result)
{
    /// <summary>The person the row belongs to; null if it is skipped.</summary>
    public ImportedPerson? Person { get; init; }

    /// <summary>The clinic they join; null if they join none.</summary>
    public ImportedClinic? Joins { get; init; }

    /// <summary>Whether the clinic is new.</summary>
    public bool OpensClinic { get; init; }

    /// <summary>The user name to assign.</summary>
    public string? UserName { get; init; }
}
