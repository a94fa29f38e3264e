using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Staff.Statistics;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Users;

/// <summary>
/// Finds a page of people among a million. If there are few matches, all are fetched through the index that fits the criteria and
/// sorted here. If there are many, walking down from the newest account soon fills the page, and the total is only estimated.
/// </summary>
internal sealed class UserSearch(UserRecords records)
{
    // Finding this many people with a frequent name in a large tenant costs as much as all the rest together.
    internal const int Few = 500;

    public async Task<EstimatedPage<UserRecord, Guid>> FindAsync(
        UserListing listing, PageRequest<Guid> page, StaffScope scope, CancellationToken cancellationToken)
    {
        await using var search = await scope.BeginSearchAsync(cancellationToken);
        var parts = await PartsAsync(listing, scope, cancellationToken);
        var known = await KnownNumberAsync(listing, scope, cancellationToken);
        var all = known > Few ? null : await FewAsync(parts, cancellationToken);
        var found = all is not null ? PageOf(all, page) : await NewestAsync(parts, page, cancellationToken);
        var (ids, next) = page.Cut(found, id => id);
        var items = await records.ReadAsync([.. ids], scope, cancellationToken);
        return new(items, all?.Count ?? Math.Max(known, Few), all is not null, page.Skip, page.Limit, next);
    }

    private static Comparer<Guid> Descending { get; } = Comparer<Guid>.Create((left, right) => right.CompareTo(left));

    // With at most one criterion the statistics have the count, as of the last minute. Only used if the number is large.
    private static async Task<long> KnownNumberAsync(UserListing listing, StaffScope scope, CancellationToken cancellationToken)
    {
        var figures = (listing.Tenant, listing.Status, listing.Role, string.IsNullOrWhiteSpace(listing.Search)) switch
        {
            (null, null, null, true) => scope.Statistics.Where(figure => figure.Measure == StatisticNames.People),
            (null, { } status, null, true) =>
                scope.Statistics.Where(figure => figure.Measure == StatisticNames.ByStatus && figure.Key == status),
            ({ } slug, null, null, true) =>
                scope.Statistics.Where(
                    figure => figure.Measure == StatisticNames.ByTenant
                        && scope.Tenants.Any(tenant => tenant.Slug == slug && tenant.Id.ToString() == figure.Key)),
            _ => null,
        };
        return figures is null ? 0 : await figures.Select(figure => figure.Value).SingleOrDefaultAsync(cancellationToken);
    }

    // All matches, or null if there are many.
    private static async Task<HashSet<Guid>?> FewAsync(IReadOnlyList<IQueryable<User>> parts, CancellationToken cancellationToken)
    {
        var all = new HashSet<Guid>();
        foreach (var part in parts)
        {
            all.UnionWith(await part.Select(user => user.Id).Take(Few + 1).ToListAsync(cancellationToken));
            if (all.Count > Few)
            {
                return null;
            }
        }

        return all;
    }

    private static List<Guid> PageOf(HashSet<Guid> all, PageRequest<Guid> page) =>
        [.. page.Fetch(all.Where(id => page.After is null || id.CompareTo(page.After.Value) < 0).Order(Descending))];

    private static async Task<List<Guid>> NewestAsync(
        IReadOnlyList<IQueryable<User>> parts, PageRequest<Guid> page, CancellationToken cancellationToken)
    {
        var after = page.After;
        var newest = parts.Select(part =>
            part.Where(user => after == null || user.Id < after).OrderByDescending(user => user.Id).Select(user => user.Id)).ToList();
        if (newest is [var only])
        {
            return await page.Fetch(only).ToListAsync(cancellationToken);
        }

        var merged = new HashSet<Guid>();
        foreach (var part in newest)
        {
            merged.UnionWith(await part.Take(page.Skip + page.Limit + 1).ToListAsync(cancellationToken));
        }

        return [.. page.Fetch(merged.Order(Descending))];
    }

    // An id of another system is looked for by itself, because an OR would use no index.
    private static async Task<IReadOnlyList<IQueryable<User>>> PartsAsync(
        UserListing listing, StaffScope scope, CancellationToken cancellationToken)
    {
        var people = OfStatus(scope.Users, listing.Status);
        var called = await PartsAsync(Called(people, listing.Search, scope.Staff), listing, scope, cancellationToken);
        return SearchTerm.LegacyIdIn(listing.Search) is { } id
            ? [.. called, .. await PartsAsync(people.Where(user => user.LegacyId == id), listing, scope, cancellationToken)]
            : called;
    }

    // Roles are in two tables, which makes two queries for the same reason.
    private static async Task<IReadOnlyList<IQueryable<User>>> PartsAsync(
        IQueryable<User> people, UserListing listing, StaffScope scope, CancellationToken cancellationToken)
    {
        if (listing.Tenant is { } slug)
        {
            var tenantId =
                await scope.Tenants
                    .Where(tenant => tenant.Slug == slug)
                    .Select(tenant => tenant.Id)
                    .SingleOrDefaultAsync(cancellationToken);
            var there =
                scope.Memberships.Where(
                    membership => membership.TenantId == tenantId && (listing.Role == null || membership.Role == listing.Role));
            return [people.Where(user => there.Any(membership => membership.UserId == user.Id))];
        }

        if (listing.Role is not { } role)
        {
            return [people];
        }

        var roleId = Role.IdOf(role);
        var atTenants = people.Where(user => scope.Memberships.Any(membership => membership.UserId == user.Id && membership.Role == role));
        return scope.Staff.TenantId is not null
            ? [atTenants]
            : [people.Where(user => scope.PlatformRoles.Any(held => held.UserId == user.Id && held.RoleId == roleId)), atTenants];
    }

    // Support sees masked addresses; searching them would reveal them letter by letter.
    private static IQueryable<User> Called(IQueryable<User> people, string? search, StaffMember staff) =>
        SearchTerm.PatternOf(search) switch
        {
            null => people,
            { } pattern when staff.IsAdmin => people.Where(user => EF.Functions.ILike(user.SearchText, pattern, LikePattern.Escape)),
            _ when EmailAddress.Parse(search)?.Canonical is { } address => people.Where(user => user.NormalizedEmail == address),
            { } pattern => people.Where(user => EF.Functions.ILike(user.NameSearchText, pattern, LikePattern.Escape)),
        };

    private static IQueryable<User> OfStatus(IQueryable<User> people, string? status) => status switch
    {
        AccountStatus.Active =>
            people.Where(user => user.Status == UserStatus.Active && (user.InvitedAt == null || user.PasswordHash != null)),
        AccountStatus.Disabled => people.Where(user => user.Status == UserStatus.Disabled),
        AccountStatus.Invited =>
            people.Where(user => user.Status == UserStatus.Active && user.InvitedAt != null && user.PasswordHash == null),
        _ => people,
    };
}
