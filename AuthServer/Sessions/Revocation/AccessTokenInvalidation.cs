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
    private const string PeopleSql = """
        WITH raised AS (
            UPDATE users SET token_version = token_version + 1 WHERE id = ANY (@users) RETURNING id, token_version),
        refused AS (
            INSERT INTO revocations (user_id, token_version, created_at, expires_at)
                SELECT id, token_version, @now, @refuse_until FROM raised)
        SELECT pg_notify(@channel, 'user:' || id || ':' || token_version) FROM raised
        """;

    // What a key may do depends on its owner's roles.
    private const string KeysOfSql =
        "WITH raised AS (UPDATE api_keys SET version = version + 1 WHERE owner_id = ANY (@ids) AND revoked_at IS NULL "
            + $"RETURNING id, version), {RefuseKeysSql}";

    private const string KeysSql =
        $"WITH raised AS (UPDATE api_keys SET version = version + 1 WHERE id = ANY (@ids) RETURNING id, version), {RefuseKeysSql}";

    private const string RefuseKeysSql = """
        refused AS (
            INSERT INTO revocations (user_id, token_version, created_at, expires_at) SELECT id, version, @now, @refuse_until FROM raised)
        SELECT pg_notify(@channel, 'user:' || id || ':' || version) FROM raised
        """;

    // Somebody who becomes staff must not keep a patient's ninety days.
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

    private const string SuspendSql = """
        WITH refused AS (
            INSERT INTO revocations (tenant_id, created_at, expires_at) VALUES (@tenant, @now, @refuse_until))
        SELECT pg_notify(@channel, @notice)
        """;

    private const string ReopenSql = """
        WITH let AS (
            DELETE FROM revocations WHERE tenant_id = @tenant)
        SELECT pg_notify(@channel, @notice)
        """;

    /// <summary>To be called in the open transaction, after the change has been saved.</summary>
    public async Task InvalidateAsync(IEnumerable<Guid> users, CancellationToken cancellationToken)
    {
        var ids = users.ToArray();
        var now = clock.GetUtcNow();
        var limits = settings.ByRole.ToList();
        await using var batch = Connection.CreateBatch();
        batch.BatchCommands.Add(KeysStep(KeysOfSql, ids, now));
        batch.BatchCommands.Add(
            Step(
                PeopleSql, new("users", ids), new("now", now), new("refuse_until", feed.RefusedUntil(now)),
                new("channel", RevocationFeed.ChannelName)));
        batch.BatchCommands.Add(Step(ShortenSql, new("users", ids), new("now", now),
            new("role_names", limits.Select(limit => limit.Role).ToArray()),
            new("idle", limits.Select(limit => limit.Limits.IdleTimeout).ToArray()),
            new("absolute", limits.Select(limit => limit.Limits.AbsoluteTimeout).ToArray())));
        await batch.ExecuteNonQueryAsync(cancellationToken);
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
        await using var batch = Connection.CreateBatch();
        var step =
            Step(
                isSuspended ? SuspendSql : ReopenSql, new("tenant", tenantId), new("channel", RevocationFeed.ChannelName),
                new("notice", RevocationFeed.NoticeAbout(tenantId, isSuspended)));
        if (isSuspended)
        {
            step.Parameters.AddRange(new NpgsqlParameter[] { new("now", now), new("refuse_until", feed.RefusedUntil(now)) });
        }

        batch.BatchCommands.Add(step);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task OutdateKeysAsync(string sql, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        await using var batch = Connection.CreateBatch();
        batch.BatchCommands.Add(KeysStep(sql, [.. ids], clock.GetUtcNow()));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlBatchCommand KeysStep(string sql, Guid[] ids, DateTimeOffset now) =>
        Step(
            sql, new("ids", ids), new("now", now), new("refuse_until", feed.RefusedUntil(now)),
            new("channel", RevocationFeed.ChannelName));

    private NpgsqlConnection Connection => (NpgsqlConnection)db.Database.GetDbConnection();

    private static NpgsqlBatchCommand Step(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var step = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            step.Parameters.Add(parameter);
        }

        return step;
    }
}
