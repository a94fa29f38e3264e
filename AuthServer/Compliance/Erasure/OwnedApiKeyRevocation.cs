using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Compliance.Erasure;

/// <summary>Revokes the API keys a person is responsible for, because every key needs a responsible owner.</summary>
internal sealed class OwnedApiKeyRevocation(TimeProvider clock)
{
    private static readonly string Sql = $"""
        WITH ended AS (
            UPDATE api_keys SET revoked_at = @now WHERE owner_id = @owner AND revoked_at IS NULL RETURNING id, tenant_id)
        {AuditInsert.Sql($"'{AuditEvents.ApiKeyRevoked}'",
            actor: "@by", subject: "id", tenant: "tenant_id", reason: "'owner_leaves'", from: "ended")}
        """;

    /// <summary>Runs in the open transaction of the connection.</summary>
    public async Task RevokeAsync(
        Guid owner, RequestOrigin origin, NpgsqlConnection connection, CancellationToken cancellationToken, Guid? by = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.Add("owner", owner);
        command.Add("by", by ?? owner);
        command.Add("now", clock.GetUtcNow());
        command.Parameters.AddOrigin(origin);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
