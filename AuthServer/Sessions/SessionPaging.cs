using AuthServer.Domain;
using AuthServer.Http;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Sessions;

/// <summary>Lists of sessions: a person's own, and those that staff see.</summary>
internal static class SessionPaging
{
    /// <summary>The sessions of a person that can still be used.</summary>
    public static IQueryable<Session> LiveOf(this IQueryable<Session> sessions, Guid userId, DateTimeOffset now) =>
        sessions.Where(session => session.UserId == userId && session.RevokedAt == null && session.ExpiresAt > now && session.LastUsedAt + session.IdleTimeout > now);

    public static async Task<SessionPage> PageAsync(this IQueryable<Session> sessions, Caller caller, int skip, int limit, Guid? after, CancellationToken cancellationToken)
    {
        var total = await sessions.CountAsync(cancellationToken);
        var page = await sessions.AsNoTracking().Where(session => after == null || session.Id < after)
            .OrderByDescending(session => session.Id).Skip(skip).Take(limit + 1).ToListAsync(cancellationToken);
        Guid? next = page.Count > limit ? page[limit - 1].Id : null;
        return new([.. page.Take(limit).Select(session => SessionView.Of(session, caller))], total, skip, limit, next);
    }
}
