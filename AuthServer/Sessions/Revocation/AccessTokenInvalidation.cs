using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Sessions.Revocation;

/// <summary>
/// Invalidates the access tokens of people whose roles, memberships or licences have changed, and shortens their sessions to what their
/// roles now allow. The sessions go on: the next refresh brings the new claims. Runs in the transaction of the change, so that no replica
/// hears of it too early, and none accepts an old token afterwards.
/// </summary>
internal sealed class AccessTokenInvalidation(AuthDbContext db, RevocationFeed feed, SessionSettings settings, TimeProvider clock)
{
    private static readonly string RefuseSql = $"""
        refused AS (
            {RevocationInsert.OfVersions("raised")})
        SELECT pg_notify(@channel, 'user:' || id || ':' || version) FROM raised
        """;

    private static readonly string PeopleSql =
        $"WITH raised AS (UPDATE users SET token_version = token_version + 1 WHERE id = ANY (@ids) "
            + $"RETURNING id, token_version AS version), {RefuseSql}";

    // A key's rights depend on its owner's.
    private static readonly string KeysOfSql =
        $"WITH raised AS (UPDATE api_keys SET version = version + 1 WHERE owner_id = ANY (@ids) AND revoked_at IS NULL "
            + $"RETURNING id, version), {RefuseSql}";

    private static readonly string KeysSql =
        $"WITH raised AS (UPDATE api_keys SET version = version + 1 WHERE id = ANY (@ids) RETURNING id, version), {RefuseSql}";

    // Somebody who becomes staff must not keep the ninety days of a patient.
    private const string ShortenSql = """
        WITH held AS (
            SELECT ur.user_id, r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = ANY (@users)
            UNION SELECT m.user_id, m.role FROM memberships m WHERE m.user_id = ANY (@users)),
        limits AS (
            SELECT h.user_id, min(l.idle) AS idle, min(l.absolute) AS absolute
            FROM held h JOIN unnest(@role_names, @idle, @absolute) AS l (name, idle, absolute) ON l.name = h.name
            GROUP BY h.user_id)
        UPDATE sessions s SET idle_timeout = least(s.idle_timeout, l.idle), expires_at = least(s.expires_at, s.created_at + l.absolute)
        FROM limits l
        WHERE s.user_id = l.user_id AND s.revoked_at IS NULL AND s.expires_at > @now
            AND (s.idle_timeout > l.idle OR s.expires_at > s.created_at + l.absolute)
        """;

    private static readonly string SuspendSql = $"""
        WITH refused AS (
            {RevocationInsert.OfTenant})
        SELECT pg_notify(@channel, @notice)
        """;

    private const string ReopenSql = """
        WITH let AS (
            DELETE FROM revocations WHERE tenant_id = @tenant)
        SELECT pg_notify(@channel, @notice)
        """;

    /// <summary>Call it in the open transaction, after the change was saved.</summary>
    public async Task InvalidateAsync(IEnumerable<Guid> users, CancellationToken cancellationToken)
    {
        var ids = users.ToArray();
        var now = clock.GetUtcNow();
        var limits = settings.ByRole.ToList();
        await using var batch = db.Connection().CreateBatch();
        batch.BatchCommands.Add(RefuseStep(KeysOfSql, ids, now));
        batch.BatchCommands.Add(RefuseStep(PeopleSql, ids, now));
        batch.BatchCommands.Add(SqlStep.Of(ShortenSql)
            .Add("users", ids)
            .Add("now", now)
            .Add("role_names", limits.Select(limit => limit.Role).ToArray())
            .Add("idle", limits.Select(limit => limit.Limits.IdleTimeout).ToArray())
            .Add("absolute", limits.Select(limit => limit.Limits.AbsoluteTimeout).ToArray()));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Refuses the access tokens that would outlive their sessions, after these have been shortened; in the open transaction.
    /// </summary>
    public async Task InvalidateOutlivingAsync(IQueryable<Session> shortened, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var acceptedSince = feed.AcceptedSince(now);
        var acceptance = now - acceptedSince;
        var people = await shortened
            .Where(session => session.LastUsedAt > acceptedSince
                && (session.IdleTimeout < acceptance || session.ExpiresAt < session.LastUsedAt + acceptance))
            .Select(session => session.UserId).Distinct().ToListAsync(cancellationToken);
        await InvalidateAsync(people, cancellationToken);
    }

    /// <summary>
    /// Refuses the access tokens of the API keys these people own; in the open transaction, and before an account is deleted. Whether the
    /// keys themselves still work is checked when they are used.
    /// </summary>
    public Task InvalidateApiKeysOfAsync(IEnumerable<Guid> owners, CancellationToken cancellationToken) =>
        OutdateKeysAsync(KeysOfSql, owners, cancellationToken);

    /// <summary>Refuses the access tokens of these API keys; in the open transaction.</summary>
    public Task OutdateKeysAsync(IEnumerable<Guid> keys, CancellationToken cancellationToken) =>
        OutdateKeysAsync(KeysSql, keys, cancellationToken);

    /// <summary>Refuses the tokens for a suspended tenant, or accepts them again; in the open transaction.</summary>
    public async Task SuspendAsync(Guid tenantId, bool isSuspended, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var batch = db.Connection().CreateBatch();
        var step = SqlStep.Of(isSuspended ? SuspendSql : ReopenSql)
            .Add("tenant", tenantId)
            .Add("channel", RevocationFeed.ChannelName)
            .Add("notice", RevocationFeed.NoticeAbout(tenantId, isSuspended));
        if (isSuspended)
        {
            step.Add("now", now).Add("refuse_until", feed.RefusedUntil(now));
        }

        batch.BatchCommands.Add(step);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task OutdateKeysAsync(string sql, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        await using var batch = db.Connection().CreateBatch();
        batch.BatchCommands.Add(RefuseStep(sql, [.. ids], clock.GetUtcNow()));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlBatchCommand RefuseStep(string sql, Guid[] ids, DateTimeOffset now) => SqlStep.Of(sql)
        .Add("ids", ids)
        .Add("now", now)
        .Add("refuse_until", feed.RefusedUntil(now))
        .Add("channel", RevocationFeed.ChannelName);
}
