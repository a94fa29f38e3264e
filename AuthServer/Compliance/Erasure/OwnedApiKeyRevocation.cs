using AuthServer.AuditTrail;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Compliance.Erasure;

/// <summary>Revokes the API keys a person answers for: without somebody who does, a key is nobody's.</summary>
internal sealed class OwnedApiKeyRevocation(TimeProvider clock)
{
    private const string Sql = $"""
        WITH ended AS (
            UPDATE api_keys SET revoked_at = @now WHERE owner_id = @owner AND revoked_at IS NULL RETURNING id, tenant_id)
        INSERT INTO audit_events {AuditLog.Columns}
        SELECT '{AuditEvents.ApiKeyRevoked}', 'success', @now, @by, id, tenant_id, NULL, @ip, @user_agent, @request_id, 'owner_leaves'
            FROM ended
        """;

    /// <summary>In the transaction that is open on the connection.</summary>
    public async Task RevokeAsync(
        Guid owner, RequestOrigin origin, NpgsqlConnection connection, CancellationToken cancellationToken, Guid? by = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.Parameters.Add(new("owner", owner));
        command.Parameters.Add(new("by", by ?? owner));
        command.Parameters.Add(new("now", clock.GetUtcNow()));
        command.Parameters.AddOrigin(origin);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
