using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Sessions.Revocation;

/// <summary>
/// The one way to end a session before its time, apart from <see cref="MassRevocation"/>. One statement ends it, writes the revocation
/// that refuses its access tokens, notifies every replica, and writes the audit event: all or nothing. A session that has expired is
/// ended as well while an access token of it may still be accepted.
/// </summary>
internal sealed class SessionRevoker(NpgsqlDataSource database, RevocationFeed feed, TimeProvider clock)
{
    private const string Actor = "CASE WHEN @outcome = 'success' AND NOT @by_operator THEN coalesce(@by, user_id) END";

    // Two parties have the token, one of whom is not the person: notify them by mail, naming the device.
    private static readonly string MailStep = ", " + GatheredNotice.Steps(
        MailKinds.SessionEndedForReuse, "ended e JOIN users u ON u.id = e.user_id AND u.email_confirmed",
        "jsonb_strip_nulls(jsonb_build_object('device', e.device_name))");

    private static readonly string EndOne = Statement("id = @session_id");
    private static readonly string EndReused = Statement("id = @session_id", MailStep);
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

    /// <summary>Ends all of a person's sessions, but for one that they may keep.</summary>
    public Task EndAllAsync(Guid userId, Guid? kept, RequestOrigin origin, CancellationToken cancellationToken) =>
        EndAndRefuseAsync(EndAll, new(RevocationReason.SignedOutEverywhere, origin, kept, userId), cancellationToken);

    /// <summary>
    /// Ends a person's sessions in the open transaction of the connection. Pass the result to <see cref="RevocationFeed.Refuse"/>
    /// after the commit.
    /// </summary>
    /// <param name="userId">The person.</param>
    /// <param name="kept">The session that continues; null for none.</param>
    /// <param name="reason">Why they end.</param>
    /// <param name="origin">Where the request came from.</param>
    /// <param name="connection">A connection with an open transaction.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
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

    private static string Statement(string which, string more = "") => $"""
        WITH ended AS (
            UPDATE sessions SET revoked_at = @now, revoked_reason = @reason
            WHERE {which} AND revoked_at IS NULL AND expires_at > @accepted_since
            RETURNING id, user_id, tenant_id, device_name),
        refused AS (
            {RevocationInsert.OfSessions("ended")}),
        audited AS (
            {AuditInsert.Sql("@type", "@outcome", Actor,
                subject: "user_id", tenant: "tenant_id", session: "id", reason: "@reason", from: "ended")}){more}
        SELECT id, pg_notify('{RevocationFeed.ChannelName}', id::text) FROM ended
        """;

    private async Task<int> EndAndRefuseAsync(string sql, Ending ending, CancellationToken cancellationToken)
    {
        var ended = await ExecuteAsync(database.CreateCommand(sql), ending, cancellationToken);
        // The notification will reach this replica too, but somebody who signed out here must not get in until then.
        feed.Refuse(ended);
        return ended.Count;
    }

    private async Task<IReadOnlyList<Guid>> ExecuteAsync(NpgsqlCommand prepared, Ending ending, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isReuse = ending.Reason == RevocationReason.TokenReused;
        await using var command = prepared;
        command.Add("now", now);
        command.Add("reason", SnakeCase.Of(ending.Reason));
        command.Add("refuse_until", feed.RefusedUntil(now));
        command.Add("accepted_since", feed.AcceptedSince(now));
        command.Add("type", isReuse ? AuditEvents.RefreshTokenReused : AuditEvents.SessionEnded);
        command.Add("outcome", SnakeCase.Of(isReuse ? AuditOutcome.Failure : AuditOutcome.Success));
        command.Add("session_id", ending.SessionId);
        command.Add("actor_id", ending.UserId);
        command.Add("by", ending.By);
        command.Add("tenant_id", ending.TenantId);
        command.Add("by_operator", ending.Origin.IsCommandLine);
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
    /// <param name="Origin">Where the request came from.</param>
    /// <param name="SessionId">The session to end; if a person ends all of theirs, the one that is kept.</param>
    /// <param name="UserId">The person.</param>
    private sealed record Ending(RevocationReason Reason, RequestOrigin Origin, Guid? SessionId, Guid? UserId)
    {
        /// <summary>The member of staff who does it; null for the person.</summary>
        public Guid? By { get; init; }

        /// <summary>Only those for this tenant.</summary>
        public Guid? TenantId { get; init; }
    }
}
