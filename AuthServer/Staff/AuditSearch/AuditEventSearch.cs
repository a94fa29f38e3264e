using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.AuditSearch;

/// <summary>
/// Finds a page of events among millions, newest first. If there are few matches, all are fetched through the index that fits the
/// filter and sorted here; if there are many, walking down from the newest event soon fills the page.
/// </summary>
internal static class AuditEventSearch
{
    internal const int Few = 1000;

    public static async Task<EstimatedPage<AuditItem, long>> FindAsync(
        AuditFilter filter, PageRequest<long> page, StaffScope scope, CancellationToken cancellationToken)
    {
        await using var search = await scope.BeginSearchAsync(cancellationToken);
        var events = scope.AuditEvents.AsNoTracking();
        var parts = filter.Parts(events, await AuditTimes.FindAsync(events, filter.From, filter.To, cancellationToken));
        var ids =
            await All(parts.Select(part => part.Select(audit => audit.Id).Take(Few + 1))).Take(Few + 1).ToListAsync(cancellationToken);
        var found = ids.Count > Few
            ? await NewestAsync(parts, page, cancellationToken)
            : await ReadAsync(events, ids, page, cancellationToken);
        var (rows, next) = page.Cut(found, audit => audit.Id);
        return new([.. rows.Select(AuditItem.Of)], Math.Min(ids.Count, Few), ids.Count <= Few, page.Skip, page.Limit, next);
    }

    /// <summary>Concatenates the queries.</summary>
    internal static IQueryable<T> All<T>(IEnumerable<IQueryable<T>> parts) => parts.Aggregate((all, part) => all.Concat(part));

    private static async Task<List<AuditEvent>> ReadAsync(
        IQueryable<AuditEvent> events, List<long> ids, PageRequest<long> page, CancellationToken cancellationToken)
    {
        var wanted = page.Fetch(ids.Where(id => page.After is null || id < page.After).OrderDescending()).ToList();
        return await events.Where(audit => wanted.Contains(audit.Id)).OrderByDescending(audit => audit.Id).ToListAsync(cancellationToken);
    }

    private static async Task<List<AuditEvent>> NewestAsync(
        IReadOnlyList<IQueryable<AuditEvent>> parts, PageRequest<long> page, CancellationToken cancellationToken)
    {
        var (after, enough) = (page.After, page.Skip + page.Limit + 1);
        var newest = parts.Select(part =>
            part.Where(audit => after == null || audit.Id < after).OrderByDescending(audit => audit.Id).Take(enough));
        return await page.Fetch(All(newest).OrderByDescending(audit => audit.Id)).ToListAsync(cancellationToken);
    }
}
