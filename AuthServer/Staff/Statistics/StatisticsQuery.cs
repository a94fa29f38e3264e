using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Staff.Access;
using AuthServer.Staff.Users;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Statistics;

/// <summary>Reads the stored counts.</summary>
internal sealed class StatisticsQuery(StatisticsCount count, TimeProvider clock)
{
    public async Task<UserCount> CountAsync(StaffScope scope, CancellationToken cancellationToken)
    {
        var people = await FindPeopleAsync(scope, cancellationToken);
        return new(people.Value, people.CountedAt);
    }

    public async Task<UserStatistics> ReadAsync(StaffScope scope, CancellationToken cancellationToken)
    {
        var people = await FindPeopleAsync(scope, cancellationToken);
        var figures = (await scope.Statistics.AsNoTracking().ToListAsync(cancellationToken))
            .ToLookup(figure => figure.Measure, StringComparer.Ordinal);
        return new()
        {
            Total = people.Value,
            ByRole = Counts(figures[StatisticNames.ByRole], Role.All.Select(role => role.Name!)),
            ByStatus = Counts(figures[StatisticNames.ByStatus], AccountStatus.All),
            ByTenant = scope.Staff.TenantId is null
                ? await ByTenantAsync(figures[StatisticNames.ByTenant], scope, cancellationToken)
                : null,
            NewPerDay = ByDay(figures[StatisticNames.NewPerDay]),
            SignInsPerDay = ByDay(figures[StatisticNames.SignInsPerDay]),
            AsOf = people.CountedAt,
        };
    }

    // Nothing has been counted yet on a new installation, or for a tenant created within the last minute.
    private async Task<StatisticValue> FindPeopleAsync(StaffScope scope, CancellationToken cancellationToken)
    {
        var people = scope.Statistics.AsNoTracking().Where(figure => figure.Measure == StatisticNames.People);
        if (await people.SingleOrDefaultAsync(cancellationToken) is { } figure)
        {
            return figure;
        }

        await count.WaitAndRunAsync(cancellationToken);
        return await people.SingleAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<TenantCount>> ByTenantAsync(
        IEnumerable<StatisticValue> figures, StaffScope scope, CancellationToken cancellationToken)
    {
        var tenants =
            await scope.Tenants.Select(tenant => new TenantView(tenant.Id, tenant.Slug, tenant.Name))
                .ToDictionaryAsync(tenant => tenant.Id.ToString(), StringComparer.Ordinal, cancellationToken);
        return [.. figures
            .Where(figure => tenants.ContainsKey(figure.Key))
            .Select(figure => new TenantCount(tenants[figure.Key], figure.Value))
            .OrderByDescending(tenant => tenant.Count)
            .ThenBy(tenant => tenant.Tenant.Slug, StringComparer.Ordinal)];
    }

    private static Dictionary<string, long> Counts(IEnumerable<StatisticValue> figures, IEnumerable<string> keys)
    {
        var values = figures.ToDictionary(figure => figure.Key, figure => figure.Value, StringComparer.Ordinal);
        return keys.ToDictionary(key => key, key => values.GetValueOrDefault(key), StringComparer.Ordinal);
    }

    private IReadOnlyList<DayCount> ByDay(IEnumerable<StatisticValue> figures)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var days = Enumerable.Range(1 - StatisticNames.Days, StatisticNames.Days).Select(today.AddDays);
        return [.. Counts(
            figures, days.Select(StatisticNames.KeyOf)).Select(
                pair =>
                    new DayCount(
                        DateOnly.ParseExact(pair.Key, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), pair.Value))];
    }
}
