using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Staff;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Tenants;

/// <summary>Which tenants a list is about.</summary>
/// <param name="Skip">How many to pass over.</param>
/// <param name="Limit">How many to answer.</param>
/// <param name="After">The last one of the page before.</param>
/// <param name="Search">A part of slug or name.</param>
/// <param name="Status">Only those.</param>
internal sealed record TenantFilter(int Skip, int Limit, Guid? After, string? Search, string? Status)
{
    private const int MaxSearch = 100;

    public TenantStatus? Wanted => Status switch
    {
        "active" => TenantStatus.Active,
        "suspended" => TenantStatus.Suspended,
        _ => null,
    };

    /// <summary>Why it cannot be asked for; null where it can.</summary>
    public Problem? Faults()
    {
        if (Paging.Faults(Skip, Limit) is { } problem)
        {
            return problem;
        }

        var errors = new FieldErrors();
        errors.Text("search", Search, MaxSearch);
        if (Status is not null && Wanted is null)
        {
            errors.Add("status", "Either active or suspended.");
        }

        return errors.Any ? new Problem(ErrorCodes.ValidationFailed, errors.Messages) : null;
    }
}

/// <summary>Reads tenants within reach, youngest first.</summary>
internal static class TenantQuery
{
    private const string Escape = @"\";

    public static async Task<TenantPage> ListAsync(this Reach reach, TenantFilter filter, CancellationToken cancellationToken)
    {
        var found = Matching(reach.Tenants.AsNoTracking(), filter);
        var total = await found.CountAsync(cancellationToken);
        var rows = await WithMembers(reach, found.Where(tenant => filter.After == null || tenant.Id < filter.After).OrderByDescending(tenant => tenant.Id).Skip(filter.Skip).Take(filter.Limit + 1)).ToListAsync(cancellationToken);
        Guid? next = rows.Count > filter.Limit ? rows[filter.Limit - 1].Tenant.Id : null;
        return new([.. rows.Take(filter.Limit).Select(row => TenantRecord.Of(row.Tenant, row.Members))], total, filter.Skip, filter.Limit, next);
    }

    /// <summary>Null where there is none within reach.</summary>
    public static async Task<TenantRecord?> FindTenantAsync(this Reach reach, Guid id, CancellationToken cancellationToken) =>
        await WithMembers(reach, reach.Tenants.AsNoTracking().Where(tenant => tenant.Id == id)).SingleOrDefaultAsync(cancellationToken) is { } row ? TenantRecord.Of(row.Tenant, row.Members) : null;

    private static IQueryable<Tenant> Matching(IQueryable<Tenant> tenants, TenantFilter filter)
    {
        var found = filter.Wanted is { } status ? tenants.Where(tenant => tenant.Status == status) : tenants;
        return filter.Search?.Trim() is { Length: > 0 } text && PatternOf(text) is var pattern
            ? found.Where(tenant => EF.Functions.ILike(tenant.Slug, pattern, Escape) || EF.Functions.ILike(tenant.Name, pattern, Escape))
            : found;
    }

    // What people type is a text to look for, not a pattern.
    private static string PatternOf(string text) =>
        $"%{text.Replace(Escape, Escape + Escape, StringComparison.Ordinal).Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal)}%";

    private static IQueryable<Row> WithMembers(Reach reach, IQueryable<Tenant> tenants)
    {
        var memberships = reach.Memberships;
        return tenants.Select(tenant => new Row(tenant, memberships.Where(membership => membership.TenantId == tenant.Id).Select(membership => membership.UserId).Distinct().Count()));
    }

    private sealed record Row(Tenant Tenant, int Members);
}
