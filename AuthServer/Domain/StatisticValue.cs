namespace AuthServer.Domain;

/// <summary>A count that the statistics show, taken in the background: a million people are not counted while somebody waits.</summary>
public sealed class StatisticValue
{
    private StatisticValue()
    {
    }

    /// <summary>Ascends in the order of insertion.</summary>
    public long Id { get; private set; }

    /// <summary>The tenant it was counted in; null for the whole platform.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>What was counted, for example <c>users_by_role</c>.</summary>
    public string Measure { get; private set; } = "";

    /// <summary>Which of them, for example <c>patient</c>, or a day such as <c>2026-11-21</c>.</summary>
    public string Key { get; private set; } = "";

    /// <summary>How many.</summary>
    public long Value { get; private set; }

    /// <summary>When it was counted.</summary>
    public DateTimeOffset CountedAt { get; private set; }
}
