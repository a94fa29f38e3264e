using AuthServer.Audit;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using Npgsql;

namespace AuthServer.Sessions;

/// <summary>
/// The one way a session is ended before its time. One statement ends it, writes the revocation that refuses its
/// access tokens, tells every replica, and writes the audit event: all of it, or none.
/// </summary>
internal sealed class SessionRevoker(NpgsqlDataSource database, RevocationFeed feed, TimeProvider clock)
{
    private const string Sql = """
        WITH ended AS (
            UPDATE sessions SET revoked_at = @now, revoked_reason = @reason
            WHERE {0} AND revoked_at IS NULL AND expires_at > @now
            RETURNING id, user_id, tenant_id),
        refused AS (
            INSERT INTO revocations (session_id, created_at, expires_at) SELECT id, @now, @refuse_until FROM ended),
        audited AS (
            INSERT INTO audit_events {1}
            SELECT @type, @outcome, @now, CASE WHEN @outcome = 'success' THEN user_id END, user_id, tenant_id, id, @ip, @user_agent, @request_id, @reason FROM ended)
        SELECT id, pg_notify('{2}', id::text) FROM ended
        """;

    private static readonly string EndOne = Statement("id = @session_id");
    private static readonly string EndOwn = Statement("id = @session_id AND user_id = @actor_id");
    private static readonly string EndAll = Statement("user_id = @actor_id");

    /// <summary>Ends the session a refresh token or an access token belongs to.</summary>
    public Task EndAsync(Guid sessionId, Client client, CancellationToken cancellationToken) =>
        ExecuteAsync(EndOne, RevocationReason.SignedOut, sessionId, null, client, cancellationToken);

    /// <summary>Ends one of a person's own sessions; false where they have no such one.</summary>
    public async Task<bool> EndOwnAsync(Guid userId, Guid sessionId, Client client, CancellationToken cancellationToken) =>
        await ExecuteAsync(EndOwn, RevocationReason.EndedByUser, sessionId, userId, client, cancellationToken) > 0;

    /// <summary>Ends all of a person's sessions.</summary>
    public Task EndAllAsync(Guid userId, Client client, CancellationToken cancellationToken) =>
        ExecuteAsync(EndAll, RevocationReason.SignedOutEverywhere, null, userId, client, cancellationToken);

    /// <summary>Ends a session whose refresh token turned up twice, even if whoever sent it hangs up meanwhile.</summary>
    public Task EndReusedAsync(Guid sessionId, Client client) =>
        ExecuteAsync(EndOne, RevocationReason.TokenReused, sessionId, null, client, CancellationToken.None);

    private static string Statement(string which) => string.Format(null, System.Text.CompositeFormat.Parse(Sql), which, AuditLog.Columns, RevocationFeed.ChannelName);

    private async Task<int> ExecuteAsync(string sql, RevocationReason reason, Guid? sessionId, Guid? actorId, Client client, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isReuse = reason == RevocationReason.TokenReused;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new("now", now));
        command.Parameters.Add(new("reason", SnakeCase.Of(reason)));
        command.Parameters.Add(new("refuse_until", feed.RefusedUntil(now)));
        command.Parameters.Add(new("type", isReuse ? AuditEvents.RefreshTokenReused : AuditEvents.SessionEnded));
        command.Parameters.Add(new("outcome", SnakeCase.Of(isReuse ? AuditOutcome.Failure : AuditOutcome.Success)));
        command.Parameters.Add(new("session_id", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)sessionId ?? DBNull.Value });
        command.Parameters.Add(new("actor_id", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)actorId ?? DBNull.Value });
        command.Parameters.AddOrigin(client);
        var ended = new List<Guid>();
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                ended.Add(row.GetGuid(0));
            }
        }

        // It is committed. The notice reaches this replica too, but whoever signed out here must not get in until then.
        ended.ForEach(feed.Refuse);
        return ended.Count;
    }
}
