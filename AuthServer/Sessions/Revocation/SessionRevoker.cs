using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Sessions.Revocation;

/// <summary>
/// The one way to end a session before its time, apart from <see cref="MassRevocation"/>. One statement ends it, writes the revocation
/// that refuses its access tokens, notifies every replica, and writes the audit event: all or nothing.
/// </summary>
internal sealed class SessionRevoker(NpgsqlDataSource database, RevocationFeed feed, TimeProvider clock)
{
    private const string Sql = """
        WITH ended AS (
            UPDATE sessions SET revoked_at = @now, revoked_reason = @reason
            WHERE {0} AND revoked_at IS NULL AND expires_at > @now
            RETURNING id, user_id, tenant_id, device_name),
        refused AS (
            INSERT INTO revocations (session_id, created_at, expires_at) SELECT id, @now, @refuse_until FROM ended),
        audited AS (
            INSERT INTO audit_events {1}
            SELECT @type, @outcome, @now, CASE WHEN @outcome = 'success' AND NOT @by_operator THEN coalesce(@by, user_id) END, user_id,
                tenant_id, id, @ip, @user_agent, @request_id, @reason FROM ended){3}
        SELECT id, pg_notify('{2}', id::text) FROM ended
        """;

    // Two parties have the token, and one of them is not the person, who gets a mail that names the device.
    private const string MailSql = """
        mailed AS (
            INSERT INTO email_outbox {0}
            SELECT gen_random_uuid(), '{1}', u.id, u.email, u.locale, jsonb_strip_nulls(jsonb_build_object('device', e.device_name)), {2}
            FROM ended e JOIN users u ON u.id = e.user_id AND u.email_confirmed)
        """;

    private static readonly string EndOne = Statement("id = @session_id");
    private static readonly string EndReused =
        Statement("id = @session_id", ", " + Fill(MailSql, EmailOutbox.Columns, MailKinds.SessionEndedForReuse, EmailOutbox.Fresh));
    private static readonly string EndOwn = Statement("id = @session_id AND user_id = @actor_id");
    private static readonly string EndByStaff =
        Statement("user_id = @actor_id AND (@session_id IS NULL OR id = @session_id) AND (@tenant_id IS NULL OR tenant_id = @tenant_id)");
    private static readonly string EndAll = Statement("user_id = @actor_id AND id IS DISTINCT FROM @session_id");

    /// <summary>Ends the session a refresh token or an access token belongs to.</summary>
    public Task EndAsync(Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken) =>
        EndAndRefuseAsync(EndOne, new(RevocationReason.SignedOut, origin, sessionId, null), cancellationToken);

    /// <summary>Ends one of a person's own sessions; false if there is none.</summary>
    public async Task<bool> EndOwnAsync(Guid userId, Guid sessionId, RequestOrigin origin, CancellationToken cancellationToken) =>
        await EndAndRefuseAsync(EndOwn, new(RevocationReason.EndedByUser, origin, sessionId, userId), cancellationToken) > 0;

    /// <summary>Ends all of a person's sessions.</summary>
    public Task EndAllAsync(Guid userId, RequestOrigin origin, CancellationToken cancellationToken) =>
        EndAndRefuseAsync(EndAll, new(RevocationReason.SignedOutEverywhere, origin, null, userId), cancellationToken);

    /// <summary>
    /// Ends a person's sessions in the transaction that is open on the connection. When it is committed, the answer is for
    /// <see cref="RevocationFeed.Refuse"/>.
    /// </summary>
    /// <param name="userId">Whose.</param>
    /// <param name="kept">The one that goes on; null for none.</param>
    /// <param name="reason">Why.</param>
    /// <param name="origin">Who asked.</param>
    /// <param name="connection">With the open transaction.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="by">The member of staff who does it; null for the person.</param>
    public Task<IReadOnlyList<Guid>> EndAllAsync(
        Guid userId, Guid? kept, RevocationReason reason, RequestOrigin origin, NpgsqlConnection connection,
        CancellationToken cancellationToken, Guid? by = null)
    {
        var command = connection.CreateCommand();
        command.CommandText = EndAll;
        return ExecuteAsync(command, new(reason, origin, kept, userId) { By = by }, cancellationToken);
    }

    /// <summary>Ends a person's sessions on behalf of staff: all, those for one tenant, or a single one. Returns how many.</summary>
    public Task<int> EndByStaffAsync(
        Guid userId, Guid? tenantId, Guid? staffId, RequestOrigin origin, CancellationToken cancellationToken, Guid? sessionId = null) =>
        EndAndRefuseAsync(
            EndByStaff, new(RevocationReason.EndedByStaff, origin, sessionId, userId) { By = staffId, TenantId = tenantId },
            cancellationToken);

    /// <summary>Ends a session whose refresh token was used twice, even if the sender disconnects meanwhile.</summary>
    public Task EndReusedAsync(Guid sessionId, RequestOrigin origin) =>
        EndAndRefuseAsync(EndReused, new(RevocationReason.TokenReused, origin, sessionId, null), CancellationToken.None);

    private static string Statement(string which, string more = "") => Fill(Sql, which, AuditLog.Columns, RevocationFeed.ChannelName, more);

    private static string Fill(string sql, params ReadOnlySpan<object?> parts) =>
        string.Format(null, System.Text.CompositeFormat.Parse(sql), parts);

    private async Task<int> EndAndRefuseAsync(string sql, Ending ending, CancellationToken cancellationToken)
    {
        var ended = await ExecuteAsync(database.CreateCommand(sql), ending, cancellationToken);
        // It is committed. The notification will reach this replica too, but somebody who signed out here must not get in until then.
        feed.Refuse(ended);
        return ended.Count;
    }

    private async Task<IReadOnlyList<Guid>> ExecuteAsync(NpgsqlCommand prepared, Ending ending, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isReuse = ending.Reason == RevocationReason.TokenReused;
        await using var command = prepared;
        command.Parameters.Add(new("now", now));
        command.Parameters.Add(new("reason", SnakeCase.Of(ending.Reason)));
        command.Parameters.Add(new("refuse_until", feed.RefusedUntil(now)));
        command.Parameters.Add(new("type", isReuse ? AuditEvents.RefreshTokenReused : AuditEvents.SessionEnded));
        command.Parameters.Add(new("outcome", SnakeCase.Of(isReuse ? AuditOutcome.Failure : AuditOutcome.Success)));
        command.Parameters.Add(new("session_id", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)ending.SessionId ?? DBNull.Value });
        command.Parameters.Add(new("actor_id", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)ending.UserId ?? DBNull.Value });
        command.Parameters.Add(new("by", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)ending.By ?? DBNull.Value });
        command.Parameters.Add(new("tenant_id", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)ending.TenantId ?? DBNull.Value });
        command.Parameters.Add(new("by_operator", ending.Origin.IsCommandLine));
        command.Parameters.AddOrigin(ending.Origin);
        var ended = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ended.Add(row.GetGuid(0));
        }

        return ended;
    }

    /// <param name="Reason">Why.</param>
    /// <param name="Origin">Who asked.</param>
    /// <param name="SessionId">Which one; where a person ends all of theirs, the one that is kept.</param>
    /// <param name="UserId">Whose.</param>
    private sealed record Ending(RevocationReason Reason, RequestOrigin Origin, Guid? SessionId, Guid? UserId)
    {
        /// <summary>The member of staff who does it; null for the person.</summary>
        public Guid? By { get; init; }

        /// <summary>Only those for this tenant.</summary>
        public Guid? TenantId { get; init; }
    }
}
