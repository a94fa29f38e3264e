using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Sessions.Refresh;

/// <summary>Lists of sessions: a person's own, and those that staff see.</summary>
internal static class SessionPaging
{
    /// <summary>The sessions of a person that can still be used.</summary>
    public static IQueryable<Session> LiveOf(this IQueryable<Session> sessions, Guid userId, DateTimeOffset now) =>
        sessions.Where(
            session => session.UserId == userId
                && session.RevokedAt == null
                && session.ExpiresAt > now
                && session.LastUsedAt + session.IdleTimeout > now);

    public static async Task<Page<SessionView>> PageAsync(
        this IQueryable<Session> sessions, Caller caller, PageRequest<Guid> page, CancellationToken cancellationToken)
    {
        var total = await sessions.CountAsync(cancellationToken);
        var rest = sessions.AsNoTracking().Where(session => page.After == null || session.Id < page.After);
        var rows = await page.Fetch(rest.OrderByDescending(session => session.Id))
            .ToListAsync(cancellationToken);
        return page.Answer(rows, total, session => session.Id, session => SessionView.Of(session, caller));
    }
}
