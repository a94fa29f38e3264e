using System.ComponentModel;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.ApiKeys;

internal sealed record ApiKeyFilter : IValidated
{
    [FromQuery(Name = "status")]
    [Description("Only keys with this status: live, expired or revoked.")]
    public string? Status { get; init; }

    void IValidated.Validate(FieldErrors errors)
    {
        if (Status is not (null or "live" or "expired" or "revoked"))
        {
            errors.Add("status", "Either live, expired or revoked.");
        }
    }
}

/// <summary>Lists the keys in scope, newest first.</summary>
internal static class ApiKeyQuery
{
    public static async Task<Page<ApiKeyRecord>> ListKeysAsync(
        this StaffScope scope, ApiKeyFilter filter, PageRequest<Guid> page, DateTimeOffset now, CancellationToken cancellationToken,
        string? tenantSlug = null)
    {
        var found = Matching(Of(scope, tenantSlug).AsNoTracking(), filter, now);
        var total = await found.CountAsync(cancellationToken);
        var rows = await page.Fetch(found.Where(key => page.After == null || key.Id < page.After).OrderByDescending(key => key.Id))
            .Select(
                key => new
                {
                    Key = key,
                    Tenant = scope.Tenants.Where(tenant => tenant.Id == key.TenantId).Select(tenant => tenant.Slug).FirstOrDefault()
                })
            .ToListAsync(cancellationToken);
        return page.Answer(rows, total, row => row.Key.Id, row => ApiKeyRecord.Of(row.Key, row.Tenant, now));
    }

    public static async Task<ApiKeyRecord> ShowAsync(
        this StaffScope scope, ApiKey key, DateTimeOffset now, CancellationToken cancellationToken) =>
        ApiKeyRecord.Of(
            key,
            await scope.Tenants
                .Where(tenant => tenant.Id == key.TenantId)
                .Select(tenant => tenant.Slug)
                .FirstOrDefaultAsync(cancellationToken),
            now);

    private static IQueryable<ApiKey> Of(StaffScope scope, string? slug) =>
        slug is null
            ? scope.ApiKeys
            : scope.ApiKeys.Where(key => scope.Tenants.Any(tenant => tenant.Slug == slug && tenant.Id == key.TenantId));

    private static IQueryable<ApiKey> Matching(IQueryable<ApiKey> keys, ApiKeyFilter filter, DateTimeOffset now) => filter.Status switch
    {
        "live" => keys.Where(key => key.RevokedAt == null && key.ExpiresAt > now),
        "expired" => keys.Where(key => key.RevokedAt == null && key.ExpiresAt <= now),
        "revoked" => keys.Where(key => key.RevokedAt != null),
        _ => keys,
    };
}
