using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Sessions.Revocation;
using Npgsql;

namespace AuthServer.Sessions.Refresh;

internal abstract record RotationOutcome
{
    private RotationOutcome()
    {
    }

    /// <summary>Why there are no new tokens.</summary>
    public ErrorCode Refusal => this switch
    {
        Reused => ErrorCodes.RefreshTokenReused,
        Revoked => ErrorCodes.SessionRevoked,
        Expired => ErrorCodes.SessionExpired,
        _ => ErrorCodes.InvalidRefreshToken,
    };

    /// <summary>The next pair; within the reuse window the same successor again.</summary>
    public sealed record Rotated(TokenResponse Tokens) : RotationOutcome;

    /// <summary>Not one of our tokens.</summary>
    public sealed record Rejected : RotationOutcome;

    /// <summary>Used before, so somebody else has it too. The session was ended.</summary>
    public sealed record Reused : RotationOutcome;

    public sealed record Revoked : RotationOutcome;

    /// <summary>The session was idle too long, or has reached its maximum age.</summary>
    public sealed record Expired : RotationOutcome;
}

/// <summary>
/// Exchanges a refresh token for the next pair. Usually this is one statement, whose condition on the generation is the lock: of
/// many concurrent uses of one token, one advances the session, and the others find that their token is now the parent.
/// </summary>
internal sealed class RefreshTokenRotation(
    NpgsqlDataSource database, AccessTokenIssuer issuer, RefreshTokenFormat format, SessionRevoker revoker, SessionSettings settings,
    DatabaseClock clock)
{
    // Changes no indexed column, so that the update stays HOT.
    internal const string RotateSql = $"""
        WITH s AS (
            UPDATE sessions SET generation = generation + 1, rotated_at = @now, last_used_at = @now, ip_address = @ip
            WHERE id = @session_id AND generation = @generation AND revoked_at IS NULL AND expires_at > @now
                AND last_used_at + idle_timeout > @now
            RETURNING user_id, tenant_id, authenticated_at, authentication_methods, expires_at, last_used_at, idle_timeout)
        SELECT {TokenClaimsQuery.ColumnsOfSession}
        FROM s JOIN users u ON u.id = s.user_id AND u.status = 'active' {TokenClaimsQuery.Joins}
        """;

    private const string LookAgainSql = $"""
        SELECT {TokenClaimsQuery.ColumnsOfSession},
            s.generation, s.rotated_at, s.revoked_at IS NOT NULL OR u.status <> 'active' AS is_revoked,
            s.expires_at <= @now OR s.last_used_at + s.idle_timeout <= @now AS is_expired
        FROM sessions s JOIN users u ON u.id = s.user_id {TokenClaimsQuery.Joins}
        WHERE s.id = @session_id
        """;

    public async Task<RotationOutcome> RotateAsync(string? text, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (format.Read(text) is not { } token)
        {
            return new RotationOutcome.Rejected();
        }

        issuer.EnsureReady();
        var now = clock.GetUtcNow();
        await using var command = Command(RotateSql, token, now);
        command.Add("generation", token.Generation);
        command.Add("ip", origin.Address);
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
            {
                return Issue(TokenClaimsQuery.ReadWithSession(new(row)), token.Successor);
            }
        }

        return await LookAgainAsync(token, origin, now, cancellationToken);
    }

    private async Task<RotationOutcome> LookAgainAsync(
        RefreshToken token, RequestOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (await FindAsync(token, now, cancellationToken))
        {
            // The MAC is ours but the row is gone: it was cleaned up long after its end.
            case null:
                return new RotationOutcome.Expired();
            case { IsRevoked: true }:
                return new RotationOutcome.Revoked();
            case { IsExpired: true }:
                return new RotationOutcome.Expired();
            case var found when found.Generation == token.Generation + 1 && now <= found.RotatedAt + settings.ReuseWindow:
                return Issue(found.Claims, token.Successor);
        }

        await revoker.EndReusedAsync(token.SessionId, origin);
        return new RotationOutcome.Reused();
    }

    private async Task<FoundSession?> FindAsync(RefreshToken token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(LookAgainSql, token, now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? FoundSession.Read(new(row)) : null;
    }

    private NpgsqlCommand Command(string sql, RefreshToken token, DateTimeOffset now)
    {
        var command = database.CreateCommand(sql);
        command.Add("session_id", token.SessionId);
        command.Add("now", now);
        command.Add("today", DateOnly.FromDateTime(now.UtcDateTime));
        return command;
    }

    private RotationOutcome.Rotated Issue(TokenClaims claims, RefreshToken successor)
    {
        var (token, expiresIn) = issuer.Issue(claims, successor);
        return new(new TokenResponse { AccessToken = token, RefreshToken = format.Write(successor), ExpiresIn = expiresIn });
    }

    /// <summary>What <see cref="LookAgainSql"/> finds.</summary>
    private sealed record FoundSession(TokenClaims Claims, int Generation, DateTimeOffset RotatedAt, bool IsRevoked, bool IsExpired)
    {
        public static FoundSession Read(RowReader row) =>
            new(
                TokenClaimsQuery.ReadWithSession(row), row.Read<int>("generation"), row.Read<DateTimeOffset>("rotated_at"),
                row.Read<bool>("is_revoked"), row.Read<bool>("is_expired"));
    }
}
