using System.Security.Cryptography;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Sessions.ApiKeys;

internal abstract record ApiKeyOutcome
{
    private ApiKeyOutcome()
    {
    }

    public sealed record Good(Caller Caller) : ApiKeyOutcome;

    public sealed record Refused(ErrorCode Reason, TimeSpan? RetryAfter = null) : ApiKeyOutcome;
}

/// <summary>
/// Checks an API key: malformed text never reaches the database, and the rest costs one indexed read, joined with the current state
/// of its owner and tenant.
/// </summary>
internal sealed class ApiKeyCheck(NpgsqlDataSource database, ApiKeyThrottle guesses, TimeProvider clock)
{
    // The key works only while its owner has the rights themselves. Its last use is updated without the in-memory comparison of
    // secrets, so the statement compares them as well; salted, because otherwise the time taken would reveal how much of a guess
    // matches.
    private const string Sql = $"""
        WITH found AS (
            SELECT k.*, u.status = 'active' AND u.erasure_due_at IS NULL AND (k.tenant_id IS NULL OR t.status = 'active')
                AND (EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role_id = @admin_role)
                    OR (EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id AND m.tenant_id = k.tenant_id
                        AND m.role = '{Role.Admin}') AND {VerifiedEmailRule.IsEnough})) AS may_act
            FROM api_keys k JOIN users u ON u.id = k.owner_id LEFT JOIN tenants t ON t.id = k.tenant_id
            WHERE k.id = @id),
        used AS (
            UPDATE api_keys k SET last_used_at = @now FROM found f
            WHERE k.id = f.id AND f.may_act AND f.revoked_at IS NULL AND f.expires_at > @now AND sha256(f.secret_hash || @salt) = @salted
                AND (k.last_used_at IS NULL OR k.last_used_at <= @minute_ago))
        SELECT secret_hash, tenant_id, scopes, version, requests_per_minute, expires_at, revoked_at IS NOT NULL AS is_revoked, may_act
        FROM found
        """;

    private static readonly string RefusedSql = AuditInsert.Sql(
        $"'{AuditEvents.ApiKeyRefused}'", AuditInsert.Failure, subject: "id", tenant: "tenant_id", reason: "'wrong_secret'",
        from: "api_keys WHERE id = @id");

    public async Task<ApiKeyOutcome> CheckAsync(string? text, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (ApiKeyText.Read(text) is not { } key)
        {
            return new ApiKeyOutcome.Refused(ErrorCodes.InvalidApiKey);
        }

        if (guesses.Wait(origin) is { } wait)
        {
            return new ApiKeyOutcome.Refused(ErrorCodes.RateLimited, wait);
        }

        var found = await FindAsync(key, cancellationToken);
        if (found is not null && key.Fits(found.SecretHash))
        {
            return Judge(key.Id, found);
        }

        guesses.Add(origin);
        if (found is not null)
        {
            await AuditAsync(key.Id, origin);
        }

        return new ApiKeyOutcome.Refused(ErrorCodes.InvalidApiKey);
    }

    // What is wrong with a key is only revealed to somebody who has its secret.
    private ApiKeyOutcome Judge(Guid id, Found found) =>
        found.IsRevoked ? new ApiKeyOutcome.Refused(ErrorCodes.ApiKeyRevoked)
        : found.ExpiresAt <= clock.GetUtcNow() ? new ApiKeyOutcome.Refused(ErrorCodes.ApiKeyExpired)
        : !found.MayAct ? new ApiKeyOutcome.Refused(ErrorCodes.InvalidApiKey)
        : new ApiKeyOutcome.Good(Caller.OfKey(
            id, found.Version, found.TenantId, found.ExpiresAt, new(found.Scopes, found.RequestsPerMinute) { IsPresented = true }));

    private async Task<Found?> FindAsync(ApiKeyText key, CancellationToken cancellationToken)
    {
        var (now, salt) = (clock.GetUtcNow(), RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes));
        await using var command = database.CreateCommand(Sql);
        command.Add("id", key.Id);
        command.Add("admin_role", Role.IdOf(Role.Admin));
        command.Add("now", now);
        command.Add("minute_ago", now - TimeSpan.FromMinutes(1));
        command.Add("salt", salt);
        command.Add("salted", SHA256.HashData([.. key.SecretHash, .. salt]));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Found.Read(new(row)) : null;
    }

    // Even if the caller disconnects meanwhile.
    private async Task AuditAsync(Guid id, RequestOrigin origin)
    {
        await using var command = database.CreateCommand(RefusedSql);
        command.Add("id", id);
        command.Add("now", clock.GetUtcNow());
        command.Parameters.AddOrigin(origin);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private sealed record Found(
        byte[] SecretHash, Guid? TenantId, string[] Scopes, int Version, int RequestsPerMinute, DateTimeOffset ExpiresAt,
        bool IsRevoked, bool MayAct)
    {
        public static Found Read(RowReader row) =>
            new(
                row.Read<byte[]>("secret_hash"), row.ReadNullable<Guid>("tenant_id"), row.Read<string[]>("scopes"),
                row.Read<int>("version"), row.Read<int>("requests_per_minute"), row.Read<DateTimeOffset>("expires_at"),
                row.Read<bool>("is_revoked"), row.Read<bool>("may_act"));
    }
}
