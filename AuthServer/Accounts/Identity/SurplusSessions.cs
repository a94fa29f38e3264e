using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.Revocation;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Ends the sessions that a new one leaves no room for: otherwise a script that signs in instead of refreshing would fill the table. Steps
/// of the statement that starts the session, whose row lock on the account keeps concurrent sign-ins from counting at the same time.
/// Requires the parameters <c>@now, @user_id, @most_sessions, @refuse_until</c>.
/// </summary>
internal static class SurplusSessions
{
    /// <summary>The column with the ended sessions.</summary>
    public const string Ended = "ended_sessions";

    // Not yet among them: the new session, which is inserted by the same statement.
    public static readonly string Steps = $"""
        ended AS (
            UPDATE sessions SET revoked_at = @now, revoked_reason = '{SnakeCase.Of(RevocationReason.TooManySessions)}'
            WHERE revoked_at IS NULL AND EXISTS (SELECT 1 FROM started) AND id IN (
                SELECT o.id FROM sessions o
                WHERE o.user_id = @user_id AND o.revoked_at IS NULL AND o.expires_at > @now AND o.last_used_at + o.idle_timeout > @now
                ORDER BY o.last_used_at DESC, o.id DESC OFFSET @most_sessions - 1)
            RETURNING id, user_id, tenant_id, revoked_reason),
        refused AS (
            {RevocationInsert.OfSessions("ended")}),
        ended_audited AS (
            {AuditInsert.Sql(
                $"'{AuditEvents.SessionEnded}'", actor: "user_id", subject: "user_id", tenant: "tenant_id", session: "id",
                reason: "revoked_reason", from: "ended")})
        """;

    public static readonly string Ids =
        $"ARRAY(SELECT id FROM (SELECT id, pg_notify('{RevocationFeed.ChannelName}', id::text) FROM ended OFFSET 0) told) AS {Ended}";
}
