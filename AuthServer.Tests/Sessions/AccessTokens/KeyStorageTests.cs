using System.Security.Cryptography;
using AuthServer.Platform.Cryptography;
using AuthServer.Sessions.SigningKeys;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Sessions.AccessTokens;

public sealed class KeyStorageTests(TwoServers servers) : IClassFixture<TwoServers>
{
    [Fact]
    [Trait("ASVS", "13.3.1")]
    public async Task A_private_key_in_the_database_is_ciphertext()
    {
        var (id, wrapped, publicKey) = await StoredAsync();
        using var verifier = ECDsa.Create();
        verifier.ImportSubjectPublicKeyInfo(publicKey, out _);

        var pkcs8 = servers.Services.GetRequiredService<KeyWrapping>().Unwrap(wrapped, id);

        using var signer = ECDsa.Create();
        signer.ImportPkcs8PrivateKey(pkcs8, out _);
        verifier
            .VerifyData(publicKey, signer.SignData(publicKey, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256)
            .Should()
            .BeTrue("it is the private half of the row's public key");
        var secret = signer.ExportParameters(true).D!;
        wrapped.AsSpan().IndexOf(secret).Should().Be(-1);
        wrapped.AsSpan().IndexOf(pkcs8.AsSpan(0, 16)).Should().Be(-1, "that is how every PKCS#8 of this curve begins");
        (await servers.Database.QueryAsync<bool>(
            "SELECT EXISTS (SELECT 1 FROM signing_keys k, audit_events e WHERE position(@secret IN k.public_key) > 0 OR position(@text "
                + "IN e::text) > 0)",
            ("secret", secret), ("text", Convert.ToHexStringLower(secret)))).Should().BeFalse();
    }

    [Fact]
    [Trait("ASVS", "11.3.3")]
    public async Task A_private_key_cannot_be_moved_to_another_row()
    {
        var (_, wrapped, _) = await StoredAsync();

        servers.Services
            .GetRequiredService<KeyWrapping>()
            .Invoking(wrapping => wrapping.Unwrap(wrapped, "another kid"))
            .Should()
            .Throw<CryptographicException>();
    }

    [Fact]
    public async Task Servers_that_start_together_make_one_first_key()
    {
        await servers.Database.ExecuteAsync("DELETE FROM signing_keys");
        var rotations =
            new[] { servers.ServicesOf(0), servers.ServicesOf(1) }.Select(services => services.GetRequiredService<SigningKeyRotationJob>())
                .ToList();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => rotations[number % 2].RotateAsync(default))));

        var (id, _, _) = await StoredAsync();
        (await servers.Database.QueryAsync<long>("SELECT count(*) FROM signing_keys")).Should().Be(1);
        new[] { servers.ServicesOf(0), servers.ServicesOf(1) }.Should()
            .AllSatisfy(services => services.GetRequiredService<KeyRing>().Signing.Id.Should().Be(id));
        var person = await servers.Api.RegisterAsync();
        await (await servers.Other.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_key_whose_row_has_not_changed_stays_the_same_object_so_that_its_verified_tokens_stay_remembered()
    {
        var ring = servers.ServicesOf(0).GetRequiredService<KeyRing>();
        var before = ring.Signing;

        await ring.ReloadAsync(default);
        ring.Signing.Should().BeSameAs(before);

        await servers.Database.ExecuteAsync(
            "UPDATE signing_keys SET expires_at = expires_at + interval '1 second' WHERE id = @id", ("id", before.Id));
        await ring.ReloadAsync(default);
        ring.Signing.Should().NotBeSameAs(before);
        ring.Signing.Stored!.ExpiresAt.Should().Be(before.Stored!.ExpiresAt.AddSeconds(1));
    }

    private async Task<(string Id, byte[] Wrapped, byte[] PublicKey)> StoredAsync() => (
        await servers.Database.QueryAsync<string>("SELECT id FROM signing_keys"),
        await servers.Database.QueryAsync<byte[]>("SELECT wrapped_private_key FROM signing_keys"),
        await servers.Database.QueryAsync<byte[]>("SELECT public_key FROM signing_keys"));
}
