using AuthServer.Domain;
using AuthServer.Staff;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Auditing;

/// <summary>
/// Finds a page of events among millions, newest first. Few matches are found all, through the index that fits what is asked for, and
/// put in order here; where there are many, the newest are soon found by walking down from the newest.
/// </summary>
internal static class AuditSearch
{
    internal const int Few = 1000;

    public static async Task<AuditPage> FindAsync(AuditFilter filter, AuditPaging paging, Reach reach, CancellationToken cancellationToken)
    {
        await using var search = await reach.BeginSearchAsync(cancellationToken);
        var events = reach.AuditEvents.AsNoTracking();
        var parts = filter.Parts(events, await AuditTimes.FindAsync(events, filter.From, filter.To, cancellationToken));
        var ids = await All(parts.Select(part => part.Select(audit => audit.Id).Take(Few + 1))).Take(Few + 1).ToListAsync(cancellationToken);
        var found = ids.Count > Few ? await NewestAsync(parts, paging, cancellationToken) : await ReadAsync(events, ids, paging, cancellationToken);
        long? next = found.Count > paging.Limit ? found[paging.Limit - 1].Id : null;
        return new([.. found.Take(paging.Limit).Select(AuditItem.Of)], Math.Min(ids.Count, Few), ids.Count <= Few, paging.Skip, paging.Limit, next);
    }

    /// <summary>All of them, one after the other.</summary>
    internal static IQueryable<T> All<T>(IEnumerable<IQueryable<T>> parts) => parts.Aggregate((all, part) => all.Concat(part));

    private static async Task<List<AuditEvent>> ReadAsync(IQueryable<AuditEvent> events, List<long> ids, AuditPaging paging, CancellationToken cancellationToken)
    {
        var wanted = ids.Where(id => paging.After is null || id < paging.After).OrderDescending().Skip(paging.Skip).Take(paging.Limit + 1).ToList();
        return await events.Where(audit => wanted.Contains(audit.Id)).OrderByDescending(audit => audit.Id).ToListAsync(cancellationToken);
    }

    private static async Task<List<AuditEvent>> NewestAsync(IReadOnlyList<IQueryable<AuditEvent>> parts, AuditPaging paging, CancellationToken cancellationToken)
    {
        var enough = paging.Skip + paging.Limit + 1;
        var newest = parts.Select(part => part.Where(audit => paging.After == null || audit.Id < paging.After).OrderByDescending(audit => audit.Id).Take(enough));
        return await All(newest).OrderByDescending(audit => audit.Id).Skip(paging.Skip).Take(paging.Limit + 1).ToListAsync(cancellationToken);
    }
}
