using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;
using AuthServer.Sessions.Revocation;
using Npgsql;
using NpgsqlTypes;

namespace AuthServer.Sessions.Refresh;

/// <summary>What became of a refresh token.</summary>
internal abstract record RotationOutcome
{
    private RotationOutcome()
    {
    }

    /// <summary>The next pair; within the reuse window the same successor again.</summary>
    public sealed record Rotated(TokenResponse Tokens) : RotationOutcome;

    /// <summary>Not one of ours.</summary>
    public sealed record Rejected : RotationOutcome;

    /// <summary>Used before: somebody else has it too. The session has been ended.</summary>
    public sealed record Reused : RotationOutcome;

    /// <summary>The session was ended.</summary>
    public sealed record Revoked : RotationOutcome;

    /// <summary>The session was idle too long, or became too old.</summary>
    public sealed record Expired : RotationOutcome;
}

/// <summary>
/// Exchanges a refresh token for the next pair. The ordinary case is one statement, whose condition on the generation
/// is the lock: of many that race with one token, one advances the session, and the others find that theirs is now the parent.
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
            RETURNING user_id, tenant_id, authenticated_at, authentication_methods)
        SELECT {TokenClaimsQuery.Columns}, s.authenticated_at, s.authentication_methods
        FROM s JOIN users u ON u.id = s.user_id AND u.status = 'active' {TokenClaimsQuery.Joins}
        """;

    private const string LookAgainSql = $"""
        SELECT {TokenClaimsQuery.Columns}, s.authenticated_at, s.authentication_methods,
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
        command.Parameters.Add(new NpgsqlParameter<int>("generation", token.Generation));
        command.Parameters.Add(new("ip", NpgsqlDbType.Inet) { Value = (object?)origin.Address ?? DBNull.Value });
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (await row.ReadAsync(cancellationToken))
            {
                return Issue(row, token.Successor);
            }
        }

        return await LookAgainAsync(token, origin, now, cancellationToken);
    }

    private async Task<RotationOutcome> LookAgainAsync(
        RefreshToken token, RequestOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(LookAgainSql, token, now);
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken))
            {
                // The MAC is ours and the row is gone: swept away long after its end.
                return new RotationOutcome.Expired();
            }

            if (row.GetBoolean(12))
            {
                return new RotationOutcome.Revoked();
            }

            if (row.GetBoolean(13))
            {
                return new RotationOutcome.Expired();
            }

            var isParent = row.GetInt32(10) == token.Generation + 1;
            if (isParent && now <= row.GetFieldValue<DateTimeOffset>(11) + settings.ReuseWindow)
            {
                return Issue(row, token.Successor);
            }
        }

        await revoker.EndReusedAsync(token.SessionId, origin);
        return new RotationOutcome.Reused();
    }

    private NpgsqlCommand Command(string sql, RefreshToken token, DateTimeOffset now)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("session_id", token.SessionId));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", now));
        command.Parameters.Add(new NpgsqlParameter<DateOnly>("today", DateOnly.FromDateTime(now.UtcDateTime)));
        return command;
    }

    private RotationOutcome.Rotated Issue(NpgsqlDataReader row, RefreshToken successor) => new(new TokenResponse
    {
        AccessToken = issuer.Issue(
            TokenClaimsQuery.Read(row), successor, row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<string[]>(9)),
        RefreshToken = format.Write(successor),
        ExpiresIn = issuer.LifetimeSeconds,
    });
}
