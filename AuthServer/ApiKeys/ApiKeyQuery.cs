using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Staff;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.ApiKeys;

/// <summary>Which keys a list is about.</summary>
/// <param name="Skip">How many to pass over.</param>
/// <param name="Limit">How many to answer.</param>
/// <param name="After">The last one of the page before.</param>
/// <param name="Status">Only those.</param>
internal sealed record ApiKeyFilter(int Skip, int Limit, Guid? After, string? Status)
{
    /// <summary>Only those for the people of the tenant with this slug.</summary>
    public string? Tenant { get; init; }

    /// <summary>Why it cannot be asked for; null where it can.</summary>
    public Problem? Faults() =>
        Paging.Faults(Skip, Limit) ?? (Status is null or "live" or "expired" or "revoked" ? null : FieldErrors.One("status", "Either live, expired or revoked."));
}

/// <summary>Reads keys within reach, youngest first.</summary>
internal static class ApiKeyQuery
{
    public static async Task<ApiKeyPage> ListKeysAsync(this Reach reach, ApiKeyFilter filter, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = Matching(Of(reach, filter.Tenant).AsNoTracking(), filter, now);
        var total = await found.CountAsync(cancellationToken);
        var rows = await found.Where(key => filter.After == null || key.Id < filter.After).OrderByDescending(key => key.Id).Skip(filter.Skip).Take(filter.Limit + 1)
            .Select(key => new { Key = key, Tenant = reach.Tenants.Where(tenant => tenant.Id == key.TenantId).Select(tenant => tenant.Slug).FirstOrDefault() })
            .ToListAsync(cancellationToken);
        Guid? next = rows.Count > filter.Limit ? rows[filter.Limit - 1].Key.Id : null;
        return new([.. rows.Take(filter.Limit).Select(row => ApiKeyRecord.Of(row.Key, row.Tenant, now))], total, filter.Skip, filter.Limit, next);
    }

    /// <summary>As administrators see it.</summary>
    public static async Task<ApiKeyRecord> ShowAsync(this Reach reach, ApiKey key, DateTimeOffset now, CancellationToken cancellationToken) =>
        ApiKeyRecord.Of(key, await reach.Tenants.Where(tenant => tenant.Id == key.TenantId).Select(tenant => tenant.Slug).FirstOrDefaultAsync(cancellationToken), now);

    private static IQueryable<ApiKey> Of(Reach reach, string? slug) =>
        slug is null ? reach.ApiKeys : reach.ApiKeys.Where(key => reach.Tenants.Any(tenant => tenant.Slug == slug && tenant.Id == key.TenantId));

    private static IQueryable<ApiKey> Matching(IQueryable<ApiKey> keys, ApiKeyFilter filter, DateTimeOffset now) => filter.Status switch
    {
        "live" => keys.Where(key => key.RevokedAt == null && key.ExpiresAt > now),
        "expired" => keys.Where(key => key.RevokedAt == null && key.ExpiresAt <= now),
        "revoked" => keys.Where(key => key.RevokedAt != null),
        _ => keys,
    };
}
