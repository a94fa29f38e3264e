using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Staff.Users;

/// <summary>Enables accounts whose suspension has ended. Their API keys end, because nobody has asked for them.</summary>
internal sealed class DisabledAccountReactivation(
    NpgsqlDataSource database, TimeProvider clock, ILogger<DisabledAccountReactivation> logger)
        : PeriodicJob(TimeSpan.FromSeconds(30), clock, logger)
{
    // The audit event has no actor, which distinguishes it from an administrator's act.
    private static readonly string Sql = $"""
        WITH due AS (
            SELECT id FROM users WHERE disabled_until <= @now AND status = 'disabled' FOR UPDATE SKIP LOCKED),
        returned AS (
            UPDATE users u SET status = 'active', disabled_reason = NULL, disabled_until = NULL, disabled_by_tenant_id = NULL
            FROM due WHERE u.id = due.id RETURNING u.id),
        ended AS (
            UPDATE api_keys k SET revoked_at = @now FROM returned r
            WHERE k.owner_id = r.id AND k.revoked_at IS NULL AND k.expires_at > @now RETURNING k.id, k.tenant_id),
        audited AS (
            {AuditInsert.Sql($"'{AuditEvents.ApiKeyRevoked}'",
                subject: "id", tenant: "tenant_id", origin: AuditInsert.ByServer,
                reason: $"'{OwnedApiKeyRevocation.OwnerWasDisabled}'", from: "ended")})
        {AuditInsert.Sql($"'{AuditEvents.UserEnabled}'",
            subject: "id", origin: AuditInsert.ByServer, reason: "'time_over'", from: "returned")}
        """;

    private readonly TimeProvider _clock = clock;

    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Add("now", _clock.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
