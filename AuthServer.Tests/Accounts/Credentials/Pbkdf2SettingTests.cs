using System.Buffers.Binary;
using AuthServer.Accounts.Credentials;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>An installation that may only use algorithms approved by FIPS 140.</summary>
public sealed class Pbkdf2SettingTests(Pbkdf2SettingTests.Server server) : IClassFixture<Pbkdf2SettingTests.Server>
{
    // Identity's format V3: version, function, iterations and salt length in network byte order.
    private static readonly string HeaderOf220000 = Convert.ToBase64String([1, 0, 0, 0, 2, 0x00, 0x03, 0x5B, 0x60, 0, 0, 0]);

    public static TheoryData<string> OtherHashes => new()
    {
        PasswordHashTests.Pbkdf2(10_000),
        PasswordHashTests.Argon2id(new(MemoryKiB: 19_456, Passes: 2)),
    };

    [Fact]
    [Trait("ASVS", "11.4.2")]
    public async Task A_stored_hash_is_pbkdf2_hmac_sha512_with_220000_iterations_and_a_salt_of_its_own()
    {
        var (first, second) = (await DecodeAsync(), await DecodeAsync());

        (first with { Salt = "" }).Should().Be(
            new Decoded(Version: 1, Prf: 2, Iterations: 220_000, SaltLength: 16, KeyLength: 32, Salt: ""));
        second.Salt.Should().NotBe(first.Salt);
    }

    [Theory]
    [Trait("ASVS", "11.2.2")]
    [MemberData(nameof(OtherHashes))]
    public Task A_hash_of_another_kind_or_cost_signs_in_and_is_replaced_by_one_of_pbkdf2(string other) =>
        PasswordHashTests.ReplacesAsync(server, other, HeaderOf220000);

    private async Task<Decoded> DecodeAsync()
    {
        var bytes = Convert.FromBase64String(await PasswordHashTests.HashOfAsync(server, await server.Api.RegisterAsync()));
        var saltLength = Number(bytes, 9);
        return new(
            bytes[0], Number(bytes, 1), Number(bytes, 5), saltLength, bytes.Length - 13 - saltLength,
            Convert.ToHexString(bytes.AsSpan(13, saltLength)));
    }

    private static int Number(byte[] bytes, int at) => (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    public sealed class Server : TestServer
    {
        public Server() => Settings["Password:Hash"] = nameof(PasswordHashFunction.Pbkdf2);

        protected override bool HashesAreCheap => false;
    }

    private sealed record Decoded(int Version, int Prf, int Iterations, int SaltLength, int KeyLength, string Salt);
}
