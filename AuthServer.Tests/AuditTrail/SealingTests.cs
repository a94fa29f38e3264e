using System.Security.Cryptography;
using AuthServer.AuditTrail;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AuthServer.Tests.AuditTrail;

public sealed class SealingTests(AuditServer server) : IClassFixture<AuditServer>
{
    private const string Insert =
        "INSERT INTO audit_events (type, outcome, occurred_at) VALUES ('user.opened', 'success', now()) RETURNING id";

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task What_has_happened_is_sealed_once_and_with_all_that_it_says()
    {
        await server.SealAsync();
        await server.RecordAsync(7);

        (await server.SealAsync()).Should().Be(7);
        (await server.SealAsync()).Should().Be(0);
        (await server.VerifyAsync()).Fault.Should().BeNull();
        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task Many_events_are_sealed_in_batches()
    {
        await server.SealAsync();
        var before = await server.NewestSealAsync();
        await server.RecordAsync(AuditSealing.BatchSize + 50);

        await server.SealAsync();

        (await server.Database.QueryAsync<int[]>(
            "SELECT array_agg(event_count ORDER BY id) FROM audit_seals WHERE id > @before", ("before", before))).Should()
                .Equal(AuditSealing.BatchSize, 50);
        (await server.VerifyAsync()).Fault.Should().BeNull();
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task Replicas_that_seal_at_once_make_one_chain()
    {
        if (server.Replicas == 1)
        {
            server.StartReplica();
        }

        for (var round = 0; round < 10; round++)
        {
            await server.RecordAsync(20);
            await Task.WhenAll(server.SealAsync(0), server.SealAsync(1), server.SealAsync(0), server.SealAsync(1));
        }

        await ShouldBeWholeAsync();
        (await server.VerifyAsync()).Fault.Should().BeNull();
    }

    // The event of the open transaction has the lower id but the higher transaction number: another transaction that began before
    // it got its id after it, and is committed.
    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task An_event_that_is_committed_late_is_sealed_late_and_not_lost()
    {
        await server.SealAsync();
        var before = await server.NewestSealAsync();
        await using var early = await server.Database.Owner.OpenConnectionAsync();
        await using var late = await server.Database.Owner.OpenConnectionAsync();
        await using var earlyTransaction = await early.BeginTransactionAsync();
        await ScalarAsync(early, "SELECT txid_current()");
        await using var lateTransaction = await late.BeginTransactionAsync();
        var lower = await ScalarAsync(late, Insert);
        var higher = await ScalarAsync(early, Insert);
        await earlyTransaction.CommitAsync();

        await server.SealAsync();
        (await server.NewestSealAsync()).Should().Be(before);
        await lateTransaction.CommitAsync();
        await server.SealAsync();

        (await server.Database.QueryAsync<long[]>("SELECT event_ids FROM audit_seals WHERE id = @next", ("next", before + 1))).Should()
            .Contain([lower, higher]);
        (await server.VerifyAsync()).Fault.Should().BeNull();
    }

    // Otherwise a writer could insert one event with the highest possible id, and nothing would ever be sealed again.
    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task An_event_with_an_id_that_was_never_given_out_does_not_stop_the_sealing()
    {
        await server.SealAsync();
        await server.Database.ExecuteAsync(
            "INSERT INTO audit_events (id, type, outcome, occurred_at) OVERRIDING SYSTEM VALUE VALUES (9223372036854775807, "
                + "'user.opened', 'success', now())");
        await server.RecordAsync(4);

        (await server.SealAsync()).Should().Be(4);
        var verdict = await server.VerifyAsync();
        await server.TamperAsync("DELETE FROM audit_events WHERE id = 9223372036854775807");

        verdict.Fault.Should().BeNull();
        verdict.Counts.Unsealed.Should().Be(1);
    }

    [Fact]
    public async Task Events_that_have_waited_for_an_hour_are_warned_of()
    {
        await server.SealAsync();
        await using var writer = await server.Database.Owner.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await ScalarAsync(writer, Insert);
        await server.RecordAsync(1, "now() - interval '61 minutes'");

        await server.SealAsync();
        await transaction.RollbackAsync();

        server.Logs.Lines.Should().Contain(
            line => line.StartsWith("Warning AuthServer.AuditTrail.AuditSealing 3002 ", StringComparison.Ordinal));
        (await server.SealAsync()).Should().Be(1);
    }

    [Fact]
    [Trait("ASVS", "16.4.3")]
    public async Task The_head_is_logged_and_can_be_checked_with_the_public_key_alone()
    {
        await server.RecordAsync(1);
        await server.SealAsync();
        var head = (await server.VerifyAsync()).Head!;
        using var key = ECDsa.Create();
        key.ImportFromPem(server.Services.GetRequiredService<SealKeys>().PublicKeyOf(head.KeyId));

        key
            .VerifyData(
                Convert.FromHexString(head.Hash), Convert.FromBase64String(head.Signature), HashAlgorithmName.SHA256,
                DSASignatureFormat.Rfc3279DerSequence)
            .Should()
            .BeTrue();
        server.Logs.Lines.Should().Contain(line => line.Contains(head.ToJson(), StringComparison.Ordinal));
        AuditCheckpoint.Parse(head.ToJson()).Should().Be(head);
    }

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ShouldBeWholeAsync()
    {
        (await server.Database.QueryAsync<bool>("SELECT min(id) = 1 AND max(id) = count(*) FROM audit_seals")).Should()
            .BeTrue("numbers have no gaps");
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM (SELECT unnest(event_ids) FROM audit_seals EXCEPT ALL SELECT id FROM audit_events) AS twice")).Should()
                .Be(0);
        (await server.Database.QueryAsync<long>(
            "SELECT count(*) FROM (SELECT id FROM audit_events WHERE id <= (SELECT max(last_event_id) FROM audit_seals) EXCEPT SELECT "
                + "unnest(event_ids) FROM audit_seals) AS lost")).Should().Be(0);
    }
}
