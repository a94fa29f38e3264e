namespace AuthServer.Import;

/// <summary>What is to be done about a row.</summary>
/// <param name="Candidate">What the row says.</param>
/// <param name="Result">What is reported about it.</param>
internal sealed record RowPlan(Candidate Candidate, RowResult Result)
{
    /// <summary>Whose row it is; null where it is skipped.</summary>
    public ImportedPerson? Person { get; init; }

    /// <summary>The clinic they join with it; null where they do not.</summary>
    public ImportedClinic? Joins { get; init; }

    /// <summary>Whether the clinic is new with this row.</summary>
    public bool OpensClinic { get; init; }

    /// <summary>The user name they get.</summary>
    public string? UserName { get; init; }
}
