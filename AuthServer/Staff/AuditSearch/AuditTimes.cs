using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.AuditSearch;

/// <summary>
/// Finds the range of ids of the events in a period of time. Events are recorded nearly in the order of time, so a binary search
/// takes few steps; without it, a day of last year would require walking down from today.
/// </summary>
internal static class AuditTimes
{
    // How far apart the times of events recorded together can be: clocks differ, and transactions take time.
    private static readonly TimeSpan MaxSkew = TimeSpan.FromHours(1);

    // The median of this many neighbours is used, so that a clock that was once years off does not mislead the search.
    private const int Neighbours = 15;

    private const long CloseEnough = 1000;

    public static async Task<IdRange> FindAsync(
        IQueryable<AuditEvent> events, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        if (from is null && to is null)
        {
            return default;
        }

        var first = await events.MinAsync(audit => (long?)audit.Id, cancellationToken) ?? 0;
        var end = (await events.MaxAsync(audit => (long?)audit.Id, cancellationToken) ?? 0) + 1;
        var (low, high) = ((long?)null, (long?)null);
        if (Moved(from, -MaxSkew) is { } earliest)
        {
            low = first = (await NarrowAsync(events, first, end, earliest, cancellationToken)).Low;
        }

        if (Moved(to, MaxSkew) is { } latest)
        {
            high = (await NarrowAsync(events, first, end, latest, cancellationToken)).High;
        }

        return new(low, high);
    }

    // Clamped, because people ask for the minimum or maximum time to get everything.
    private static DateTimeOffset? Moved(DateTimeOffset? time, TimeSpan by) => time is not { } moment ? null
        : new(Math.Clamp(moment.UtcTicks + by.Ticks, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);

    // Invariant: events before `low` are earlier than the time, events from `high` on are not.
    private static async Task<(long Low, long High)> NarrowAsync(
        IQueryable<AuditEvent> events, long low, long high, DateTimeOffset time, CancellationToken cancellationToken)
    {
        while (high - low > CloseEnough)
        {
            var middle = low + ((high - low) / 2);
            var times =
                await events
                    .Where(audit => audit.Id >= middle)
                    .OrderBy(audit => audit.Id)
                    .Select(audit => audit.OccurredAt)
                    .Take(Neighbours)
                    .ToListAsync(cancellationToken);
            times.Sort();
            (low, high) = times.Count > 0 && times[times.Count / 2] < time ? (middle, high) : (low, middle);
        }

        return (low, high);
    }
}
