using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Sessions.Refresh;
using AuthServer.Sessions.Revocation;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>Somebody who has been authenticated and can be given a session.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Methods">How they authenticated (RFC 8176).</param>
/// <param name="Origin">Where the request came from.</param>
/// <param name="DeviceName">The name the app gave the device, as it was sent.</param>
/// <param name="PasswordHash">The hash the password was checked against: if it has changed meanwhile, no session is started.</param>
internal sealed record AuthenticatedIdentity(
    Guid UserId, IReadOnlyList<string> Methods, RequestOrigin Origin, string? DeviceName, string? PasswordHash);

/// <summary>
/// The only way to start a session, for every way of signing in. In a single statement it makes sure that the account is
/// still active and the password still the one that was checked and good enough (all may have changed while it was being hashed),
/// keeps the account if it was to be erased, starts the session with the limits of the person's roles and tenant, ends the one that was
/// not used for longest if there are too many, and writes the audit events.
/// </summary>
internal sealed class SessionStarter(
    AccessTokenIssuer issuer, RefreshTokenFormat refreshTokens, RevocationFeed feed, SessionSettings settings, TimeProvider clock)
{
    // Platform staff start without a tenant, because its limits, which its own staff set, would shorten their sessions. They may
    // switch to one.
    private static readonly string Sql = $"""
        WITH due AS (
            SELECT 1 FROM users WHERE id = @user_id AND erasure_due_at IS NOT NULL),
        u AS (
            UPDATE users SET last_login_at = @now, erasure_due_at = NULL
            WHERE id = @user_id AND status = 'active' AND (erasure_due_at IS NULL OR erasure_due_at > @now)
                AND (@password_hash IS NULL OR (password_hash = @password_hash AND NOT must_reset_password))
            RETURNING id, token_version, email_confirmed, is_anonymous),
        s AS (
            SELECT (SELECT m.tenant_id FROM memberships m JOIN tenants t ON t.id = m.tenant_id AND t.status = 'active'
                WHERE m.user_id = @user_id AND NOT EXISTS (SELECT 1 FROM user_roles r
                    WHERE r.user_id = @user_id AND r.role_id = ANY (@platform_staff))
                ORDER BY m.created_at, m.tenant_id LIMIT 1) AS tenant_id),
        subject AS (
            SELECT {TokenClaimsQuery.Columns} FROM u CROSS JOIN s {TokenClaimsQuery.Joins}),
        limits AS (
            SELECT {SessionLimitsQuery.Columns} FROM s {SessionLimitsQuery.Joins}),
        started AS (
            INSERT INTO sessions (id, user_id, tenant_id, generation, rotated_at, authenticated_at, authentication_methods,
                device_name, ip_address, user_agent, created_at, last_used_at, idle_timeout, expires_at)
            SELECT @session_id, subject.id, s.tenant_id, 0, @now, @now, @methods, @device_name, @ip, @user_agent, @now, @now, limits.idle,
                @now + limits.absolute
            FROM subject CROSS JOIN s CROSS JOIN limits
            RETURNING id),
        {SurplusSessions.Steps},
        audited AS (
            {AuditInsert.Sql(
                $"'{AuditEvents.SignedIn}'", actor: "subject.id", subject: "subject.id", tenant: "subject.tenant_id",
                session: "@session_id",
                reason: "array_to_string(@methods, ' ')", from: "subject")}),
        {ErasureCancellation.Steps},
        {NewDeviceNotice.Steps}
        SELECT subject.*, @now + least(limits.idle, limits.absolute) AS session_ends_at, {SurplusSessions.Ids}
        FROM subject CROSS JOIN limits
        """;

    private static readonly Guid[] PlatformStaff = [Role.IdOf(Role.Admin), Role.IdOf(Role.Support)];

    /// <summary>Starts the session and reads the person in one round trip; null if the account no longer allows it.</summary>
    /// <param name="identity">The authenticated person.</param>
    /// <param name="connection">The connection, with a transaction if one is open.</param>
    /// <param name="also">A statement for the same round trip and transaction.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async Task<SignedInResponse?> StartAsync(
        AuthenticatedIdentity identity, NpgsqlConnection connection, NpgsqlBatchCommand? also, CancellationToken cancellationToken)
    {
        issuer.EnsureReady();
        var now = clock.GetUtcNow();
        var sessionId = Guid.CreateVersion7(now);
        await using var batch = connection.CreateBatch();
        // A separate statement, because each one sees what was committed when it began: a concurrent change of roles that holds the
        // row is waited for here and read below. In one statement the version would be new but the roles old.
        batch.BatchCommands.Add(RowLock.User(identity.UserId));
        batch.BatchCommands.Add(Start(identity, sessionId, now));
        batch.BatchCommands.Add(UserViewQuery.Step(identity.UserId, clock));
        if (also is not null)
        {
            batch.BatchCommands.Add(also);
        }

        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var columns = new RowReader(row);
        var claims = ReadClaims(columns, identity, now);
        feed.Refuse(columns.Read<Guid[]>(SurplusSessions.Ended));
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var first = new RefreshToken(sessionId, 0);
        var (token, expiresIn) = issuer.Issue(claims, first);
        return new()
        {
            AccessToken = token,
            RefreshToken = refreshTokens.Write(first),
            ExpiresIn = expiresIn,
            User = UserViewQuery.Read(new(row), claims.Subject.TenantId),
        };
    }

    private static TokenClaims ReadClaims(RowReader row, AuthenticatedIdentity identity, DateTimeOffset now) =>
        new(TokenClaimsQuery.Read(row), now, identity.Methods, row.Read<DateTimeOffset>("session_ends_at"));

    private NpgsqlBatchCommand Start(AuthenticatedIdentity identity, Guid sessionId, DateTimeOffset now)
    {
        var step = SqlStep.Of(Sql)
            .Add("now", now)
            .Add("today", DateOnly.FromDateTime(now.UtcDateTime))
            .Add("user_id", identity.UserId)
            .Add("platform_staff", PlatformStaff)
            .Add("session_id", sessionId)
            .Add("methods", identity.Methods.ToArray())
            .Add("password_hash", identity.PasswordHash)
            .Add("device_name", DeviceLabel.Of(identity.DeviceName))
            .Add("most_sessions", settings.MaxPerUser)
            .Add("refuse_until", feed.RefusedUntil(now));
        step.Parameters.AddRange(SessionLimitsQuery.Parameters(settings));
        step.Parameters.AddOrigin(identity.Origin);
        return step;
    }
}
