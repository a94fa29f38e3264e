using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Sessions.ApiKeys;

/// <summary>Notes that a key was seen in a URL, and enqueues a mail to its owner: once for each key.</summary>
internal sealed class LeakedApiKeyReport(NpgsqlDataSource database, ApiKeyThrottle guesses, TimeProvider clock)
{
    private const string Sql = $"""
        WITH exposed AS (
            UPDATE api_keys SET exposed_at = @now WHERE id = @id AND exposed_at IS NULL AND revoked_at IS NULL AND expires_at > @now
            RETURNING id, owner_id, tenant_id, name),
        mailed AS (
            INSERT INTO email_outbox {EmailOutbox.Columns}
            SELECT gen_random_uuid(), '{MailKinds.ApiKeyExposed}', u.id, u.email, u.locale,
                jsonb_build_object('{EmailOutbox.KeyName}', e.name), {EmailOutbox.Fresh}
            FROM exposed e JOIN users u ON u.id = e.owner_id AND u.email_confirmed)
        INSERT INTO audit_events {AuditLog.Columns}
        SELECT '{AuditEvents.ApiKeyExposed}', 'failure', @now, NULL, id, tenant_id, NULL, @ip, @user_agent, @request_id, NULL FROM exposed
        """;

    public async Task RecordAsync(HttpContext context, ApiKeyText key)
    {
        var origin = RequestOrigin.Of(context);
        if (guesses.Wait(origin) is not null)
        {
            return;
        }

        if (!await IsGenuineAsync(key))
        {
            guesses.Add(origin);
            return;
        }

        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new("id", key.Id));
        command.Parameters.Add(new("now", clock.GetUtcNow()));
        command.Parameters.AddOrigin(origin);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task<bool> IsGenuineAsync(ApiKeyText key)
    {
        await using var command = database.CreateCommand("SELECT secret_hash FROM api_keys WHERE id = @id");
        command.Parameters.Add(new("id", key.Id));
        return await command.ExecuteScalarAsync(CancellationToken.None) is byte[] kept && key.Fits(kept);
    }
}
