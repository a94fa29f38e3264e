using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AuthServer.Tests.AuditTrail;

/// <summary>A person can be erased from the log without breaking its seals, and nothing else can be removed that way.</summary>
public sealed class ErasedEventTests(AuditServer server) : IClassFixture<AuditServer>
{
    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task What_the_server_has_erased_is_as_it_should_be()
    {
        var (id, _) = await EraseAsync();

        var verdict = await server.VerifyAsync();

        verdict.Fault.Should().BeNull();
        verdict.Counts.Erased.Should().BePositive();
        (await server.Database.QueryAsync<bool>(
            "SELECT detail IS NULL AND salt IS NULL FROM audit_events WHERE id = @id", ("id", id))).Should().BeTrue();
    }

    [Fact]
    public async Task What_was_erased_before_it_was_sealed_is_as_it_should_be()
    {
        await server.SealAsync();
        await server.RecordAsync(3);
        await EraseAsync(await server.Database.QueryAsync<long>("SELECT max(id) FROM audit_events"));
        await server.SealAsync();

        (await server.VerifyAsync()).Fault.Should().BeNull();
    }

    [Theory]
    [InlineData("detail = NULL, salt = NULL", AuditFaultKinds.EventEdited)]
    [InlineData("detail = NULL", AuditFaultKinds.EventEdited)]
    [InlineData(
        "salt = NULL, erasure_proof = (SELECT erasure_proof FROM audit_events WHERE erasure_proof IS NOT NULL LIMIT 1)",
        AuditFaultKinds.EventEdited)]
    [Trait("ASVS", "16.4.2")]
    public async Task What_was_erased_by_hand_is_named_as_edited(string edit, string kind)
    {
        await EraseAsync();
        await server.SealBatchesAsync(1);
        var id = await server.EventOfAsync(await server.NewestSealAsync(), 2);

        (await server.VerifyTamperedAsync($"UPDATE audit_events SET {edit} WHERE id = {id}")).Fault.Should()
            .BeEquivalentTo(new { Kind = kind, EventId = id });
    }

    // The right digest makes the seal's hash match; only the server's key makes a valid proof.
    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task What_was_erased_with_a_forged_proof_is_named()
    {
        await server.SealBatchesAsync(1);
        var id = await server.EventOfAsync(await server.NewestSealAsync(), 2);
        await using var scope = server.Services.CreateAsyncScope();
        var audit =
            await scope.ServiceProvider.GetRequiredService<AuthDbContext>().AuditEvents.AsNoTracking().SingleAsync(audit => audit.Id == id);
        var proof =
            $"{Convert.ToHexString(new byte[4])}{Convert.ToHexString(AuditHash.PersonalDigest(audit))}{Convert.ToHexString(new byte[32])}";

        var verdict =
            await server.VerifyTamperedAsync(
                $"UPDATE audit_events SET actor_id = gen_random_uuid(), salt = NULL, erasure_proof = '\\x{proof}' WHERE id = {id}");

        verdict.Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.ErasureNotGenuine, EventId = id });
    }

    [Theory]
    [InlineData("actor_id = gen_random_uuid()")]
    [InlineData("subject_id = NULL")]
    [InlineData("ip_address = '192.0.2.99'")]
    [InlineData("detail = 'invented'")]
    [Trait("ASVS", "16.4.2")]
    public async Task An_event_that_was_edited_after_it_was_erased_is_named(string edit)
    {
        var (id, seal) = await EraseAsync();

        (await server.VerifyTamperedAsync($"UPDATE audit_events SET {edit} WHERE id = {id}")).Fault.Should()
            .BeEquivalentTo(new { Kind = AuditFaultKinds.ErasureNotGenuine, EventId = id, Seal = seal });
    }

    private async Task<(long Id, long Seal)> EraseAsync()
    {
        await server.SealBatchesAsync(1);
        var seal = await server.NewestSealAsync();
        var id = await server.EventOfAsync(seal, 5);
        await EraseAsync(id);
        return (id, seal);
    }

    // Like the server: with its own role, through the function.
    private async Task EraseAsync(long id)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var audit =
            await scope.ServiceProvider.GetRequiredService<AuthDbContext>().AuditEvents.AsNoTracking().SingleAsync(audit => audit.Id == id);
        var (person, pseudonym) = (audit.SubjectId!.Value, Guid.NewGuid());
        var proof = scope.ServiceProvider.GetRequiredService<RedactionProofs>()
            .Make(audit, AuditPersonal.Of(audit).Without(person, pseudonym));
        await using var command = scope.ServiceProvider.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("SELECT erase_from_audit(@person, @pseudonym, @events, @proofs)");
        command.Parameters.AddWithValue("person", person);
        command.Parameters.AddWithValue("pseudonym", pseudonym);
        command.Parameters.AddWithValue("events", new[] { id });
        command.Parameters.AddWithValue("proofs", new[] { proof });
        (await command.ExecuteScalarAsync()).Should().Be(1L);
    }
}
