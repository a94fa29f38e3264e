using AuthServer.Domain;
using AuthServer.Staff;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Auditing;

/// <summary>Finds a page of events among millions, newest first, along the index that fits what is asked for.</summary>
internal static class AuditSearch
{
    internal const int CountedTo = 1000;

    public static async Task<AuditPage> FindAsync(AuditFilter filter, AuditPaging paging, Reach reach, CancellationToken cancellationToken)
    {
        await using var search = await reach.BeginSearchAsync(cancellationToken);
        var events = reach.AuditEvents.AsNoTracking();
        var parts = filter.Parts(events, await AuditTimes.FindAsync(events, filter.From, filter.To, cancellationToken));
        var known = await All(parts.Select(part => part.Select(audit => audit.Id).Take(CountedTo + 1))).Take(CountedTo + 1).CountAsync(cancellationToken);
        var found = await NewestAsync(parts, paging, cancellationToken);
        long? next = found.Count > paging.Limit ? found[paging.Limit - 1].Id : null;
        return new([.. found.Take(paging.Limit).Select(AuditItem.Of)], Math.Min(known, CountedTo), known <= CountedTo, paging.Skip, paging.Limit, next);
    }

    private static async Task<List<AuditEvent>> NewestAsync(IReadOnlyList<IQueryable<AuditEvent>> parts, AuditPaging paging, CancellationToken cancellationToken)
    {
        var enough = paging.Skip + paging.Limit + 1;
        var newest = parts.Select(part => part.Where(audit => paging.After == null || audit.Id < paging.After).OrderByDescending(audit => audit.Id).Take(enough));
        return await All(newest).OrderByDescending(audit => audit.Id).Skip(paging.Skip).Take(paging.Limit + 1).ToListAsync(cancellationToken);
    }

    /// <summary>All of them, one after the other.</summary>
    internal static IQueryable<T> All<T>(IEnumerable<IQueryable<T>> parts) => parts.Aggregate((all, part) => all.Concat(part));
}
