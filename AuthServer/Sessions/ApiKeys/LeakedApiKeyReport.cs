using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Sessions.ApiKeys;

/// <summary>Records that a key was seen in a URL and enqueues a mail to its owner, once for each key.</summary>
internal sealed class LeakedApiKeyReport(NpgsqlDataSource database, ApiKeyThrottle guesses, TimeProvider clock)
{
    private static readonly string Sql = $"""
        WITH exposed AS (
            UPDATE api_keys SET exposed_at = @now WHERE id = @id AND exposed_at IS NULL AND revoked_at IS NULL AND expires_at > @now
            RETURNING id, owner_id, tenant_id, name),
        mailed AS (
            {OutboxInsert.ToUsers(
                MailKinds.ApiKeyExposed, "exposed e JOIN users u ON u.id = e.owner_id AND u.email_confirmed",
                $"jsonb_build_object('{EmailOutbox.KeyName}', e.name)")})
        {AuditInsert.Sql($"'{AuditEvents.ApiKeyExposed}'", AuditInsert.Failure, subject: "id", tenant: "tenant_id", from: "exposed")}
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
        command.Add("id", key.Id);
        command.Add("now", clock.GetUtcNow());
        command.Parameters.AddOrigin(origin);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task<bool> IsGenuineAsync(ApiKeyText key)
    {
        await using var command = database.CreateCommand("SELECT secret_hash FROM api_keys WHERE id = @id");
        command.Add("id", key.Id);
        return await command.ExecuteScalarAsync(CancellationToken.None) is byte[] kept && key.Fits(kept);
    }
}
