using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;
using Npgsql;

namespace AuthServer.Sessions.Refresh;

internal abstract record SwitchOutcome
{
    private SwitchOutcome()
    {
    }

    public sealed record Switched(TokenResponse Tokens) : SwitchOutcome;

    /// <summary>The session is unchanged.</summary>
    public sealed record Refused(ErrorCode Reason) : SwitchOutcome;
}

/// <summary>
/// Switches a session to another of the person's own tenants and rotates its refresh token at the same time. The access token says
/// which generation it was issued with, and that is the lock: of many concurrent requests, refreshes included, one advances the
/// session, and the others get the same successor within the reuse window. After that, an app has to refresh first.
/// </summary>
internal sealed class TenantSwitch(
    NpgsqlDataSource database, AccessTokenIssuer issuer, RefreshTokenFormat format, SessionSettings settings, DatabaseClock clock)
{
    private const string Target = """
        target AS (
            SELECT NULL::uuid AS tenant_id WHERE @slug IS NULL
            UNION ALL
            SELECT t.id FROM tenants t
            WHERE t.slug = @slug AND t.status = 'active' AND EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
                AND NOT u.is_anonymous WHERE m.user_id = @user_id AND m.tenant_id = t.id))
        """;

    private const string IsProven = $"""
        EXISTS (SELECT 1 FROM users u LEFT JOIN tenants t ON t.id = s.tenant_id WHERE u.id = @user_id AND {VerifiedEmailRule.IsEnough})
        """;

    private const string Limits = $"limits AS (SELECT {SessionLimitsQuery.Columns} FROM target s {SessionLimitsQuery.Joins})";

    // Limits are only ever shortened: a session started as a patient cannot outlast the limits of staff.
    internal static readonly string SwitchSql = $"""
        WITH {Target}, {Limits},
        was AS (
            SELECT tenant_id AS was_at FROM sessions WHERE id = @session_id),
        switched AS (
            UPDATE sessions x SET tenant_id = s.tenant_id, generation = @generation + 1,
                rotated_at = CASE WHEN x.generation = @generation THEN @now ELSE x.rotated_at END, last_used_at = @now, ip_address = @ip,
                idle_timeout = least(x.idle_timeout, limits.idle), expires_at = least(x.expires_at, x.created_at + limits.absolute)
            FROM target s CROSS JOIN limits
            WHERE x.id = @session_id AND x.user_id = @user_id AND x.revoked_at IS NULL AND x.expires_at > @now
                AND x.last_used_at + x.idle_timeout > @now
                AND (x.generation = @generation OR (x.generation = @generation + 1 AND x.rotated_at >= @window_start))
                AND x.created_at + limits.absolute > @now AND {IsProven}
                AND EXISTS (SELECT 1 FROM users u WHERE u.id = @user_id AND u.status = 'active')
            RETURNING x.id, x.user_id, x.tenant_id, x.authenticated_at, x.authentication_methods, x.expires_at, x.last_used_at,
                x.idle_timeout),
        audited AS (
            {AuditInsert.Sql($"'{AuditEvents.TenantSwitched}'",
                actor: "user_id", subject: "user_id", tenant: "tenant_id", session: "id",
                from: "switched JOIN was ON was_at IS DISTINCT FROM tenant_id")})
        SELECT {TokenClaimsQuery.ColumnsOfSession}
        FROM switched s JOIN users u ON u.id = s.user_id {TokenClaimsQuery.Joins}
        """;

    private const string LookWhySql = $"""
        WITH {Target}, {Limits}
        SELECT x.revoked_at IS NOT NULL OR u.status <> 'active' AS is_revoked,
            x.expires_at <= @now OR x.last_used_at + x.idle_timeout <= @now AS is_expired,
            EXISTS (SELECT 1 FROM target) AS is_member, {IsProven} AS is_proven, x.created_at + limits.absolute <= @now AS is_too_old
        FROM sessions x JOIN users u ON u.id = x.user_id CROSS JOIN limits LEFT JOIN target s ON true
        WHERE x.id = @session_id AND x.user_id = @user_id
        """;

    public async Task<SwitchOutcome> SwitchAsync(Caller caller, string? slug, RequestOrigin origin, CancellationToken cancellationToken)
    {
        issuer.EnsureReady();
        var now = clock.GetUtcNow();
        await using var command = Command(SwitchSql, caller, slug, now);
        command.Add("generation", caller.Generation ?? -1);
        command.Add("window_start", now - settings.ReuseWindow);
        command.Add("today", DateOnly.FromDateTime(now.UtcDateTime));
        command.Parameters.AddOrigin(origin);
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
            {
                return Issue(
                    TokenClaimsQuery.ReadWithSession(new(row)), new RefreshToken(caller.SessionId, caller.Generation!.Value).Successor);
            }
        }

        return new SwitchOutcome.Refused(await LookWhyAsync(caller, slug, now, cancellationToken));
    }

    private async Task<ErrorCode> LookWhyAsync(Caller caller, string? slug, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(LookWhySql, caller, slug, now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return (await row.ReadAsync(cancellationToken) ? Reasons.Read(new(row)) : null) switch
        {
            null or { IsRevoked: true } => ErrorCodes.SessionRevoked,
            { IsExpired: true } => ErrorCodes.SessionExpired,
            { IsMember: false } => ErrorCodes.NotFound,
            { IsProven: false } => ErrorCodes.EmailNotVerified,
            { IsTooOld: true } => ErrorCodes.ReauthenticationRequired,
            _ => ErrorCodes.TokenOutdated,
        };
    }

    private NpgsqlCommand Command(string sql, Caller caller, string? slug, DateTimeOffset now)
    {
        var command = database.CreateCommand(sql);
        command.Add("session_id", caller.SessionId);
        command.Add("user_id", caller.UserId);
        command.Add("now", now);
        command.Add("slug", slug);
        command.Parameters.AddRange(SessionLimitsQuery.Parameters(settings));
        return command;
    }

    private SwitchOutcome.Switched Issue(TokenClaims claims, RefreshToken successor)
    {
        var (token, expiresIn) = issuer.Issue(claims, successor);
        return new(new TokenResponse { AccessToken = token, RefreshToken = format.Write(successor), ExpiresIn = expiresIn });
    }

    /// <summary>What <see cref="LookWhySql"/> finds.</summary>
    private sealed record Reasons(bool IsRevoked, bool IsExpired, bool IsMember, bool IsProven, bool IsTooOld)
    {
        public static Reasons Read(RowReader row) =>
            new(
                row.Read<bool>("is_revoked"), row.Read<bool>("is_expired"), row.Read<bool>("is_member"), row.Read<bool>("is_proven"),
                row.Read<bool>("is_too_old"));
    }
}
