using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using Npgsql;

namespace AuthServer.Staff.ApiKeys;

/// <summary>
/// Notifies the owners of keys 30, 7 and 1 days before expiry, once each. After missed rounds only the latest notice is sent, and
/// none for a key that already has a successor.
/// </summary>
internal sealed class ApiKeyExpiry(NpgsqlDataSource database, TimeProvider clock, ILogger<ApiKeyExpiry> logger)
    : PeriodicJob(TimeSpan.FromHours(1), clock, logger)
{
    private const string Data = $$"""
        jsonb_build_object('{{EmailOutbox.KeyName}}', d.name,
            '{{EmailOutbox.KeyExpiresAt}}', to_char(d.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
        """;

    // Skips keys locked by another replica's round, and notices that were due before the key was created.
    private static readonly string Sql = $"""
        WITH due AS (
            SELECT k.id, k.owner_id, k.name, k.expires_at FROM api_keys k
            WHERE k.expires_at > @now AND k.expires_at <= @soon AND k.revoked_at IS NULL
                AND EXISTS (
                    SELECT 1 FROM unnest(@days) AS d (days), LATERAL (SELECT k.expires_at - make_interval(days => d.days) AS at) AS due
                    WHERE due.at BETWEEN k.created_at AND @now AND (k.expiry_told_at IS NULL OR k.expiry_told_at < due.at))
                AND NOT EXISTS (
                    SELECT 1 FROM api_keys n
                    WHERE n.name = k.name AND n.tenant_id IS NOT DISTINCT FROM k.tenant_id AND n.id > k.id AND n.revoked_at IS NULL
                        AND n.expires_at > @now)
            FOR UPDATE SKIP LOCKED),
        told AS (
            UPDATE api_keys k SET expiry_told_at = @now FROM due WHERE k.id = due.id)
        {OutboxInsert.ToUsers(
            MailKinds.ApiKeyExpiring, "due d JOIN users u ON u.id = d.owner_id AND u.email_confirmed AND u.status = 'active'", Data)}
        """;

    private readonly TimeProvider _clock = clock;

    public override async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        await using var command = database.CreateCommand(Sql);
        command.Add("now", now);
        command.Add("soon", now + TimeSpan.FromDays(ExpiryNotices.Days[0]));
        command.Add("days", ExpiryNotices.Days);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
