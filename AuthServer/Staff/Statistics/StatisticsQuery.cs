using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Staff.Access;
using AuthServer.Staff.Users;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Statistics;

/// <summary>Reads what was counted.</summary>
internal sealed class StatisticsQuery(StatisticsCount count, TimeProvider clock)
{
    public async Task<UserCount> CountAsync(Reach reach, CancellationToken cancellationToken)
    {
        var people = await FindPeopleAsync(reach, cancellationToken);
        return new(people.Value, people.CountedAt);
    }

    public async Task<UserStatistics> ReadAsync(Reach reach, CancellationToken cancellationToken)
    {
        var people = await FindPeopleAsync(reach, cancellationToken);
        var figures = (await reach.Figures.AsNoTracking().ToListAsync(cancellationToken)).ToLookup(figure => figure.Measure, StringComparer.Ordinal);
        return new()
        {
            Total = people.Value,
            ByRole = Counts(figures[Measures.ByRole], Role.All.Select(role => role.Name!)),
            ByStatus = Counts(figures[Measures.ByStatus], AccountStatus.All),
            ByTenant = reach.Staff.TenantId is null ? await ByTenantAsync(figures[Measures.ByTenant], reach, cancellationToken) : null,
            NewPerDay = ByDay(figures[Measures.NewPerDay]),
            SignInsPerDay = ByDay(figures[Measures.SignInsPerDay]),
            AsOf = people.CountedAt,
        };
    }

    // On a server that has just come up, and for a tenant of this minute, nothing has been counted yet.
    private async Task<Figure> FindPeopleAsync(Reach reach, CancellationToken cancellationToken)
    {
        var people = reach.Figures.AsNoTracking().Where(figure => figure.Measure == Measures.People);
        if (await people.SingleOrDefaultAsync(cancellationToken) is { } figure)
        {
            return figure;
        }

        await count.RunInTurnAsync(cancellationToken);
        return await people.SingleAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<TenantCount>> ByTenantAsync(IEnumerable<Figure> figures, Reach reach, CancellationToken cancellationToken)
    {
        var tenants = await reach.Tenants.Select(tenant => new TenantView(tenant.Id, tenant.Slug, tenant.Name)).ToDictionaryAsync(tenant => tenant.Id.ToString(), StringComparer.Ordinal, cancellationToken);
        return [.. figures.Where(figure => tenants.ContainsKey(figure.Key)).Select(figure => new TenantCount(tenants[figure.Key], figure.Value)).OrderByDescending(tenant => tenant.Count).ThenBy(tenant => tenant.Tenant.Slug, StringComparer.Ordinal)];
    }

    private static Dictionary<string, long> Counts(IEnumerable<Figure> figures, IEnumerable<string> keys)
    {
        var values = figures.ToDictionary(figure => figure.Key, figure => figure.Value, StringComparer.Ordinal);
        return keys.ToDictionary(key => key, key => values.GetValueOrDefault(key), StringComparer.Ordinal);
    }

    private IReadOnlyList<DayCount> ByDay(IEnumerable<Figure> figures)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var days = Enumerable.Range(1 - Measures.Days, Measures.Days).Select(today.AddDays);
        return [.. Counts(figures, days.Select(Measures.KeyOf)).Select(pair => new DayCount(DateOnly.ParseExact(pair.Key, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), pair.Value))];
    }
}
