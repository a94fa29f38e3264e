using AuthServer.AuditTrail;
using AuthServer.Platform.Cryptography;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.AuditTrail;

public sealed class SealKeyTests
{
    private const string Next = "another root secret of the tests, long enough";

    [Fact]
    public void The_same_secret_gives_the_same_key_and_another_gives_another()
    {
        using var first = Keys("a root secret of the tests, long enough");
        using var again = Keys("a root secret of the tests, long enough");
        using var other = Keys(Next);

        again.PublicKeyOf(again.CurrentId).Should().Be(first.PublicKeyOf(first.CurrentId));
        other.PublicKeyOf(other.CurrentId).Should().NotBe(first.PublicKeyOf(first.CurrentId));
        first.IsGenuine(first.CurrentId, [1], again.Sign([1])).Should().BeTrue();
        first.IsGenuine(first.CurrentId, [2], again.Sign([1])).Should().BeFalse();
        first.IsGenuine(other.CurrentId, [1], other.Sign([1])).Should().BeFalse();
    }

    [Fact]
    public async Task A_new_root_secret_goes_on_with_the_chain_of_the_one_before()
    {
        await using var server = await StartedServer.StartAsync(adjust: settings => settings["Audit:SealInterval"] = "01:00:00");
        await server.SealBatchesAsync(2);

        (server.Settings["Secrets:PreviousKey"], server.Settings["Secrets:Key"]) = (server.Settings["Secrets:Key"], Next);
        server.StartReplica();
        (await server.VerifyAsync(replica: 1)).Fault.Should().BeNull("the former key is known");
        await server.RecordAsync(1);
        await server.SealAsync(replica: 1);

        (await server.VerifyAsync(replica: 1)).Fault.Should().BeNull();
        (await server.VerifyAsync(replica: 0)).Fault!.Kind.Should().Be(AuditFaultKinds.HeadNotOurs, "that one does not know the new key");
    }

    [Fact]
    public async Task When_the_former_secret_is_forgotten_the_newest_seal_vouches_for_its_seals()
    {
        await using var server = await StartedServer.StartAsync(adjust: settings => settings["Audit:SealInterval"] = "01:00:00");
        await server.SealBatchesAsync(2);
        var former = await server.NewestSealAsync();
        server.Settings["Secrets:Key"] = Next;
        server.StartReplica();

        (await server.VerifyAsync(replica: 1)).Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.HeadNotOurs, Seal = former });
        await server.RecordAsync(1);
        await server.SealAsync(replica: 1);

        (await server.VerifyAsync(replica: 1)).Fault.Should().BeNull();
        await server.TamperAsync($"UPDATE audit_seals SET key_id = 'deadbeef' WHERE id = {former}");
        (await server.VerifyAsync(replica: 1)).Fault.Should().BeEquivalentTo(new { Kind = AuditFaultKinds.SealEdited, Seal = former });
    }

    private static SealKeys Keys(string secret) => new(new Secrets(new SecretSettings { Key = secret }));
}
