using System.ComponentModel;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Tenants;

internal sealed record TenantFilter : IValidated
{
    [FromQuery(Name = "search")]
    [Description("Part of the slug or name; case does not matter.")]
    public string? Search { get; init; }

    [FromQuery(Name = "status")]
    [Description("Only tenants with this status: active or suspended.")]
    public string? Status { get; init; }

    private const int MaxSearch = 100;

    public TenantStatus? Wanted => Status switch
    {
        "active" => TenantStatus.Active,
        "suspended" => TenantStatus.Suspended,
        _ => null,
    };

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("search", Search, MaxSearch);
        if (Status is not null && Wanted is null)
        {
            errors.Add("status", "Either active or suspended.");
        }
    }
}

/// <summary>Lists the tenants in scope, newest first.</summary>
internal static class TenantQuery
{
    public static async Task<Page<TenantRecord>> ListAsync(
        this StaffScope scope, TenantFilter filter, PageRequest<Guid> page, CancellationToken cancellationToken)
    {
        var found = Matching(scope.Tenants.AsNoTracking(), filter);
        var total = await found.CountAsync(cancellationToken);
        var rest = found.Where(tenant => page.After == null || tenant.Id < page.After);
        var rows = await WithMembers(scope, page.Fetch(rest.OrderByDescending(tenant => tenant.Id))).ToListAsync(cancellationToken);
        return page.Answer(rows, total, row => row.Tenant.Id, row => TenantRecord.Of(row.Tenant, row.Members));
    }

    /// <summary>Null if none is in scope.</summary>
    public static async Task<TenantRecord?> FindTenantAsync(this StaffScope scope, Guid id, CancellationToken cancellationToken) =>
        await WithMembers(scope, scope.Tenants.AsNoTracking().Where(tenant => tenant.Id == id)).SingleOrDefaultAsync(
            cancellationToken) is { } row ? TenantRecord.Of(row.Tenant, row.Members) : null;

    private static IQueryable<Tenant> Matching(IQueryable<Tenant> tenants, TenantFilter filter)
    {
        var found = filter.Wanted is { } status ? tenants.Where(tenant => tenant.Status == status) : tenants;
        return filter.Search?.Trim().Normalize() is { Length: > 0 } text && $"%{LikePattern.Literal(text)}%" is var pattern
            ? found.Where(tenant =>
                EF.Functions.ILike(tenant.Slug, pattern, LikePattern.Escape)
                || EF.Functions.ILike(tenant.Name, pattern, LikePattern.Escape))
            : found;
    }

    private static IQueryable<Row> WithMembers(StaffScope scope, IQueryable<Tenant> tenants)
    {
        var memberships = scope.Memberships;
        return tenants.Select(
            tenant =>
                new Row(
                    tenant,
                    memberships
                        .Where(membership => membership.TenantId == tenant.Id)
                        .Select(membership => membership.UserId)
                        .Distinct()
                        .Count()));
    }

    private sealed record Row(Tenant Tenant, int Members);
}
