using AuthServer.AuditTrail;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AuthServer.Tests.AuditTrail;

/// <summary>A server whose audit log is sealed only when a test asks for it.</summary>
public class AuditServer : TestServer
{
    public AuditServer() => Settings["Audit:SealInterval"] = "01:00:00";
}

/// <summary>Fills, seals, checks and manipulates the audit log as the database's owner.</summary>
internal static class AuditLogReader
{
    // The database's owner can disable the triggers that protect the log.
    private const string Unprotected = "ALTER TABLE audit_events DISABLE TRIGGER USER; ALTER TABLE audit_seals DISABLE TRIGGER USER;";
    private const string Protected = "ALTER TABLE audit_events ENABLE TRIGGER USER; ALTER TABLE audit_seals ENABLE TRIGGER USER;";

    /// <summary>Writes events in which no column is empty.</summary>
    public static Task<int> RecordAsync(this TestServer server, int count, string when = "now()") => server.Database.ExecuteAsync($"""
        INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, tenant_id, session_id, ip_address, user_agent,
            request_id, reason, detail)
        SELECT 'user.opened', 'success', {when}, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '192.0.2.7',
            'an app', 'request-' || n, 'because', 'detail ' || n
        FROM generate_series(1, {count}) AS n
        """);

    public static Task<int> SealAsync(this TestServer server, int replica = 0) =>
        server.ServicesOf(replica).GetRequiredService<AuditSealing>().RunAsync(CancellationToken.None);

    /// <summary>Makes this many seals of ten events each, after sealing what was there before.</summary>
    public static async Task SealBatchesAsync(this TestServer server, int count, string when = "now()")
    {
        await server.SealAsync();
        for (var batch = 0; batch < count; batch++)
        {
            await server.RecordAsync(10, when);
            await server.SealAsync();
        }
    }

    public static async Task<AuditVerdict> VerifyAsync(this TestServer server, int replica = 0)
    {
        await using var scope = server.ServicesOf(replica).CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AuditVerification>().VerifyAsync(null, CancellationToken.None);
    }

    public static Task<long> NewestSealAsync(this TestServer server) => server.Database.QueryAsync<long>("SELECT max(id) FROM audit_seals");

    /// <summary>The nth event of a seal, counted from 0.</summary>
    public static Task<long> EventOfAsync(this TestServer server, long seal, int position) =>
        server.Database.QueryAsync<long>(
            "SELECT event_ids[@position] FROM audit_seals WHERE id = @seal", ("position", position + 1), ("seal", seal));

    /// <summary>Runs a manipulation that the owner is capable of and the check, then rolls everything back.</summary>
    public static async Task<AuditVerdict> VerifyTamperedAsync(this TestServer server, string sql)
    {
        await server.TamperAsync(
            "DROP TABLE IF EXISTS kept_events, kept_seals; CREATE TABLE kept_events AS SELECT * FROM audit_events; CREATE TABLE "
                + "kept_seals AS SELECT * FROM audit_seals");
        try
        {
            (await server.TamperAsync(sql)).Should().BePositive("the log is to be meddled with");
            return await server.VerifyAsync();
        }
        finally
        {
            await server.TamperAsync(
                "DELETE FROM audit_events; INSERT INTO audit_events OVERRIDING SYSTEM VALUE SELECT * FROM kept_events; DELETE FROM "
                    + "audit_seals; INSERT INTO audit_seals SELECT * FROM kept_seals");
        }
    }

    public static async Task<int> TamperAsync(this TestServer server, string sql)
    {
        await using var connection = await server.Database.Owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlCommand(Unprotected + sql + ";" + Protected, connection, transaction);
        var changed = await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return changed;
    }
}
