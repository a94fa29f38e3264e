using AuthServer.Accounts.Identity;

namespace AuthServer.Staff.Statistics;

/// <summary>Numbers of people; for staff of a tenant, of that tenant. Counted every minute.</summary>
public sealed record UserStatistics
{
    /// <summary>The total.</summary>
    public required long Total { get; init; }

    /// <summary>By role: on the platform, or at the tenant. Somebody with two roles counts twice.</summary>
    public required IReadOnlyDictionary<string, long> ByRole { get; init; }

    /// <summary>By <c>active</c>, <c>disabled</c> and <c>invited</c>.</summary>
    public required IReadOnlyDictionary<string, long> ByStatus { get; init; }

    /// <summary>By tenant, the largest first; null for staff of a tenant.</summary>
    public required IReadOnlyList<TenantCount>? ByTenant { get; init; }

    /// <summary>New accounts, or new members of the tenant, on each of the last thirty days (UTC).</summary>
    public required IReadOnlyList<DayCount> NewPerDay { get; init; }

    /// <summary>Sign-ins on each of the last thirty days (UTC).</summary>
    public required IReadOnlyList<DayCount> SignInsPerDay { get; init; }

    /// <summary>When it was counted.</summary>
    public required DateTimeOffset AsOf { get; init; }
}

/// <summary>The people of one tenant.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Count">How many people belong to it.</param>
public sealed record TenantCount(TenantView Tenant, long Count);

/// <summary>A number for one day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Count">The number.</param>
public sealed record DayCount(DateOnly Day, long Count);

/// <summary>The number of people.</summary>
/// <param name="Total">The total.</param>
/// <param name="AsOf">When they were counted.</param>
public sealed record UserCount(long Total, DateTimeOffset AsOf);
