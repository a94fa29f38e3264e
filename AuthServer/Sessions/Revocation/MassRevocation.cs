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
    // In the order of ids, so that two concurrent runs do not deadlock.
    private static readonly string Sql = $"""
        WITH due AS MATERIALIZED (
            SELECT id FROM sessions WHERE user_id = ANY (@people) AND revoked_at IS NULL AND expires_at > @accepted_since
            ORDER BY id FOR UPDATE),
        ended AS (
            UPDATE sessions s SET revoked_at = @now, revoked_reason = @reason FROM due WHERE s.id = due.id
            RETURNING s.id, s.user_id, s.tenant_id, s.last_used_at),
        recent AS (
            SELECT id FROM ended WHERE last_used_at > @last_used_after),
        refused AS (
            {RevocationInsert.OfSessions("recent")}),
        audited AS (
            {AuditInsert.Sql($"'{AuditEvents.SessionEnded}'",
                subject: "user_id", tenant: "tenant_id", session: "id", reason: "@reason", from: "ended")})
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

    /// <summary>The same for these people, in the open transaction of the connection.</summary>
    public async Task<long> EndAsync(Guid[] people, RequestOrigin origin, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var acceptedSince = feed.AcceptedSince(now);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Add("people", people);
        command.Add("now", now);
        command.Add("reason", SnakeCase.Of(RevocationReason.EndedByStaff));
        command.Add("refuse_until", feed.RefusedUntil(now));
        command.Add("accepted_since", acceptedSince);
        // Within the reuse window a refresh token is answered again, which does not count as a use.
        command.Add("last_used_after", acceptedSince - settings.ReuseWindow);
        command.Parameters.AddOrigin(origin);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
