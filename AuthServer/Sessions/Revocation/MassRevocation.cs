using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Sessions.Revocation;

/// <summary>
/// Ends the sessions of very many people, for an operator. The same as <see cref="SessionRevoker"/>, with one difference: sessions that
/// were not refreshed for longer than an access token lives have no valid one, so the replicas need not remember them. Of a million
/// sessions, that is nearly all.
/// </summary>
internal sealed class MassRevocation(AccountBatches accounts, RevocationFeed feed, SessionSettings settings, TimeProvider clock)
{
    // In the order of ids: of two that do it at once neither waits for what the other has while having what it waits for.
    private const string Sql = $"""
        WITH due AS MATERIALIZED (
            SELECT id FROM sessions WHERE user_id = ANY (@people) AND revoked_at IS NULL AND expires_at > @now ORDER BY id FOR UPDATE),
        ended AS (
            UPDATE sessions s SET revoked_at = @now, revoked_reason = @reason FROM due WHERE s.id = due.id
            RETURNING s.id, s.user_id, s.tenant_id, s.last_used_at),
        recent AS (
            SELECT id FROM ended WHERE last_used_at > @last_used_after),
        refused AS (
            INSERT INTO revocations (session_id, created_at, expires_at) SELECT id, @now, @refuse_until FROM recent),
        audited AS (
            INSERT INTO audit_events {AuditLog.Columns}
            SELECT '{AuditEvents.SessionEnded}', 'success', @now, NULL, user_id, tenant_id, id, @ip, @user_agent, @request_id, @reason
                FROM ended)
        SELECT count(*), (SELECT count(pg_notify('{RevocationFeed.ChannelName}', id::text)) FROM recent) FROM ended
        """;

    /// <summary>Returns the number of sessions.</summary>
    public async Task<long> EndAsync(AccountFilter whose, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var count = 0L;
        await accounts.ForEachAsync(
            whose, async (people, connection) => count += await EndAsync(people, origin, connection, cancellationToken),
            cancellationToken);
        return count;
    }

    /// <summary>The same for these people, in the transaction that is open on the connection.</summary>
    public async Task<long> EndAsync(Guid[] people, RequestOrigin origin, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var refusedUntil = feed.RefusedUntil(now);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new("people", people));
        command.Parameters.Add(new("now", now));
        command.Parameters.Add(new("reason", SnakeCase.Of(RevocationReason.EndedByStaff)));
        command.Parameters.Add(new("refuse_until", refusedUntil));
        // Within the window a refresh token is answered again, and that does not count as a use.
        command.Parameters.Add(new("last_used_after", now - (refusedUntil - now) - settings.ReuseWindow));
        command.Parameters.AddOrigin(origin);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
