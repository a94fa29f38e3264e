using System.Buffers.Binary;
using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Tests.Credentials;

/// <summary>At the real cost.</summary>
public sealed class PasswordHashTests(PasswordHashTests.Server server) : IClassFixture<PasswordHashTests.Server>
{
    [Fact]
    [Trait("ASVS", "11.4.2")]
    public async Task A_stored_hash_is_pbkdf2_hmac_sha512_with_220000_iterations_and_a_salt_of_its_own()
    {
        var (first, second) = (Decode(await HashOfAsync(await server.Api.RegisterAsync())), Decode(await HashOfAsync(await server.Api.RegisterAsync())));

        (first with { Salt = "" }).Should().Be(new Decoded(Version: 1, Prf: 2, Iterations: 220_000, SaltLength: 16, KeyLength: 32, Salt: ""));
        second.Salt.Should().NotBe(first.Salt);
    }

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task A_cheaper_hash_signs_in_and_is_replaced_by_one_of_todays_cost()
    {
        var person = await server.Api.RegisterAsync();
        var cheap = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = 10_000 })).HashPassword(null!, Api.Password);
        await server.Database.ExecuteAsync("UPDATE users SET password_hash = @hash WHERE id = @id", ("hash", cheap), ("id", person.UserId));

        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = "not the password" })).ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
        (await HashOfAsync(person)).Should().Be(cheap);

        await server.Api.LoginAsync(person.Email);
        var replaced = await HashOfAsync(person);
        Decode(replaced).Iterations.Should().Be(220_000);

        await server.Api.LoginAsync(person.Email);
        (await HashOfAsync(person)).Should().Be(replaced);
    }

    [Fact]
    public async Task A_stolen_hash_is_no_password()
    {
        var person = await server.Api.RegisterAsync();

        var response = await server.Api.PostAsync("auth/login", new { email = person.Email, password = await HashOfAsync(person) });

        await response.ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    private Task<string> HashOfAsync(SignedIn person) => server.Database.QueryAsync<string>("SELECT password_hash FROM users WHERE id = @id", ("id", person.UserId));

    // Identity V3: a version byte, then PRF, iterations and salt length in network order, the salt and the key.
    private static Decoded Decode(string hash)
    {
        var bytes = Convert.FromBase64String(hash);
        var saltLength = Number(bytes, 9);
        return new(bytes[0], Number(bytes, 1), Number(bytes, 5), saltLength, bytes.Length - 13 - saltLength, Convert.ToHexString(bytes.AsSpan(13, saltLength)));
    }

    private static int Number(byte[] bytes, int at) => (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));

    public sealed class Server : TestServer
    {
        protected override int? Iterations => null;
    }

    private sealed record Decoded(int Version, int Prf, int Iterations, int SaltLength, int KeyLength, string Salt);
}
