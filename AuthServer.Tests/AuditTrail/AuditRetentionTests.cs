using AuthServer.AuditTrail;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.AuditTrail;

public sealed class AuditRetentionTests
{
    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task Events_that_have_had_their_time_go_in_whole_batches_and_the_chain_holds()
    {
        await using var server = await StartAsync("now() - interval '2193 days'", "now() - interval '2191 days'");

        (await RunAsync(server)).Should().Be(3);

        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_events WHERE occurred_at < now() - interval '2192 days'")).Should().Be(0);
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM audit_events WHERE occurred_at < now() - interval '1 day'")).Should()
            .Be(20);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM audit_seals WHERE removed_at IS NOT NULL AND event_ids IS NULL AND event_hashes IS NULL AND "
                + "length(events_hash) = 32")).Should().Be(3);
        (await server.Database.QueryAsync<string[]>(
            $"SELECT array_agg(detail ORDER BY id) FROM audit_events WHERE type = '{AuditEvents.AuditRemoved}'"))
            .Should().HaveCount(3).And.Contain(detail => detail.StartsWith("seal 2: 10 events, ", StringComparison.Ordinal));
        var verdict = await server.VerifyAsync();
        verdict.Fault.Should().BeNull();
        verdict.Counts.Should().BeEquivalentTo(new { RemovedBatches = 3, Seals = 5, Events = 20 });
        (await RunAsync(server)).Should().Be(0);
    }

    [Fact]
    public async Task An_event_put_where_events_were_removed_is_named()
    {
        await using var server = await StartAsync("now() - interval '2193 days'", "now()");
        var id = await server.EventOfAsync(2, 4);
        await RunAsync(server);

        await server.TamperAsync(
            "INSERT INTO audit_events (id, type, outcome, occurred_at) OVERRIDING SYSTEM VALUE "
                + $"VALUES ({id}, 'user.opened', 'success', now())");

        (await server.VerifyAsync()).Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventInserted, EventId = id, Seal = 2 });
    }

    [Theory]
    [InlineData("now()")]
    [InlineData("now() + interval '3 years'")]
    [Trait("ASVS", "16.4.2")]
    public async Task A_batch_taken_from_among_older_ones_is_missed(string removedAt)
    {
        await using var server = await StartAsync("now() - interval '2193 days'", "now()");

        await server.TamperAsync(
            "DELETE FROM audit_events WHERE id IN (SELECT unnest(event_ids) FROM audit_seals WHERE id = 2); "
                + $"UPDATE audit_seals SET event_ids = NULL, event_hashes = NULL, removed_at = {removedAt} WHERE id = 2");

        (await server.VerifyAsync()).Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.EventsTaken, Seal = 2 });
    }

    [Fact]
    public async Task Two_replicas_remove_each_batch_once()
    {
        await using var server = await StartAsync("now() - interval '2193 days'", "now()");
        server.StartReplica();

        await Task.WhenAll(RunAsync(server, 0), RunAsync(server, 1), RunAsync(server, 0), RunAsync(server, 1));

        (await server.Database.QueryAsync<long>(
            $"SELECT count(*) - count(DISTINCT detail) FROM audit_events WHERE type = '{AuditEvents.AuditRemoved}'")).Should().Be(0);
        (await server.VerifyAsync()).Fault.Should().BeNull();
    }

    [Fact]
    public async Task Nothing_is_removed_that_is_not_sealed()
    {
        await using var server = await StartedServer.StartAsync(adjust: Seldom);
        await server.RecordAsync(5, "now() - interval '2193 days'");

        (await RunAsync(server)).Should().Be(0);
    }

    private static Task<int> RunAsync(TestServer server, int replica = 0) =>
        server.ServicesOf(replica).GetRequiredService<AuditRetention>().RunAsync(CancellationToken.None);

    private static void Seldom(IDictionary<string, string> settings) => settings["Audit:SealInterval"] = "01:00:00";

    // Three old seals, the first with the events of the server's start, and two recent ones.
    private static async Task<StartedServer> StartAsync(string older, string younger)
    {
        var server = await StartedServer.StartAsync(adjust: Seldom);
        await server.TamperAsync("UPDATE audit_events SET occurred_at = now() - interval '2194 days'");
        await server.SealAsync();
        if (await server.Database.QueryAsync<long>("SELECT count(*) FROM audit_seals") == 0)
        {
            await server.SealBatchesAsync(1, older);
        }

        await server.SealBatchesAsync(2, older);
        await server.SealBatchesAsync(2, younger);
        return server;
    }
}
