using AuthServer.Audit;
using AuthServer.Http;
using AuthServer.Sessions;
using Npgsql;
using NpgsqlTypes;

namespace AuthServer.Erasure;

/// <summary>Revokes the API keys a person answers for: without somebody who does, a key is nobody's.</summary>
internal sealed class OwnedKeys(RevocationFeed feed, TimeProvider clock)
{
    private static readonly string Sql = $"""
        WITH ended AS (
            UPDATE api_keys SET revoked_at = @now, version = version + 1 WHERE owner_id = @owner AND revoked_at IS NULL RETURNING id, tenant_id),
        refused AS (
            INSERT INTO revocations (session_id, created_at, expires_at) SELECT id, @now, @refuse_until FROM ended),
        audited AS (
            INSERT INTO audit_events {AuditLog.Columns}
            SELECT '{AuditEvents.ApiKeyRevoked}', 'success', @now, @by, id, tenant_id, NULL, @ip, @user_agent, @request_id, 'owner_leaves' FROM ended)
        SELECT id, pg_notify('{RevocationFeed.ChannelName}', id::text) FROM ended
        """;

    /// <summary>In the transaction that is open on the connection; the ids, which are the <c>sid</c> of the keys' access tokens, are for <see cref="RevocationFeed.Refuse"/>.</summary>
    public async Task<IReadOnlyList<Guid>> RevokeAsync(Guid owner, Client client, NpgsqlConnection connection, CancellationToken cancellationToken, Guid? by = null)
    {
        var now = clock.GetUtcNow();
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.Parameters.Add(new("owner", owner));
        command.Parameters.Add(new("by", NpgsqlDbType.Uuid) { Value = by ?? owner });
        command.Parameters.Add(new("now", now));
        command.Parameters.Add(new("refuse_until", feed.RefusedUntil(now)));
        command.Parameters.AddOrigin(client);
        var ended = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ended.Add(row.GetGuid(0));
        }

        return ended;
    }
}
