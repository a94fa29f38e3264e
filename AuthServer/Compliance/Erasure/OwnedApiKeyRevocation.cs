using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Revokes the API keys a person is responsible for: every key needs a responsible owner, and one who is back may not have made them all.
/// </summary>
internal sealed class OwnedApiKeyRevocation(TimeProvider clock)
{
    private static readonly string Sql = $"""
        WITH ended AS (
            UPDATE api_keys SET revoked_at = @now WHERE owner_id = @owner AND revoked_at IS NULL AND expires_at > @now
            RETURNING id, tenant_id)
        {AuditInsert.Sql($"'{AuditEvents.ApiKeyRevoked}'",
            actor: "@by", subject: "id", tenant: "tenant_id", reason: "@reason", from: "ended")}
        """;

    /// <summary>In the audit log: the owner is gone for good, or was disabled and is back.</summary>
    public const string OwnerLeaves = "owner_leaves", OwnerWasDisabled = "owner_was_disabled";

    /// <summary>Runs in the open transaction of the connection; returns how many were live.</summary>
    public async Task<int> RevokeAsync(
        Guid owner, RequestOrigin origin, NpgsqlConnection connection, CancellationToken cancellationToken, Guid? by = null,
        string reason = OwnerLeaves)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.Add("owner", owner);
        command.Add("by", reason == OwnerLeaves ? by ?? owner : by);
        command.Add("reason", reason);
        command.Add("now", clock.GetUtcNow());
        command.Parameters.AddOrigin(origin);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
