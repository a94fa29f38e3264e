namespace AuthServer.Domain;

/// <summary>
/// A count shown in the statistics. Taken in the background, because counting a million rows takes too long for a request.
/// </summary>
public sealed class StatisticValue
{
    private StatisticValue()
    {
    }

    public long Id { get; private set; }

    /// <summary>The tenant it was counted for; null for the whole platform.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>What was counted, for example <c>users_by_role</c>.</summary>
    public string Measure { get; private set; } = "";

    /// <summary>The group within the measure: for example <c>patient</c>, or a day such as <c>2026-11-21</c>.</summary>
    public string Key { get; private set; } = "";

    public long Value { get; private set; }

    public DateTimeOffset CountedAt { get; private set; }
}
