using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>At the real cost.</summary>
public sealed class PasswordHashTests(PasswordHashTests.Server server) : IClassFixture<PasswordHashTests.Server>
{
    [Fact]
    [Trait("ASVS", "11.4.2")]
    public async Task A_stored_hash_is_Argon2id_of_19_MiB_and_2_passes_with_a_salt_of_its_own()
    {
        var (first, second) = (await HashOfAsync(server, await server.Api.RegisterAsync()),
            await HashOfAsync(server, await server.Api.RegisterAsync()));

        PhcString.Parse(first).Should().Be(new PhcString(MemoryKiB: 19_456, Passes: 2, Lanes: 1, SaltLength: 16, HashLength: 32));
        second.Split('$')[4].Should().NotBe(first.Split('$')[4]);
    }

    public static TheoryData<string> OtherHashes => new()
    {
        Pbkdf2(10_000),
        /* as they were made before Argon2id */ Pbkdf2(220_000),
        Argon2id(new(MemoryKiB: 19_456, Passes: 1)),
        Argon2id(new(MemoryKiB: 9_728, Passes: 2)),
        /* dearer than today's */ Argon2id(new(MemoryKiB: 32_768, Passes: 3)),
    };

    [Theory]
    [Trait("ASVS", "11.2.2")]
    [MemberData(nameof(OtherHashes))]
    public Task A_hash_of_another_kind_or_cost_signs_in_and_is_replaced_by_one_of_todays(string other) =>
        ReplacesAsync(server, other, "$argon2id$v=19$m=19456,t=2,p=1$");

    [Fact]
    public async Task A_stolen_hash_is_no_password()
    {
        var person = await server.Api.RegisterAsync();

        var response = await server.Api.PostAsync("auth/login", new { email = person.Email, password = await HashOfAsync(server, person) });

        await response.ShouldBeProblemAsync(ErrorCodes.InvalidCredentials);
    }

    internal static string Pbkdf2(int iterations) =>
        new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = iterations })).HashPassword(
            null!, Api.Password);

    internal static string Argon2id(Argon2Cost cost) => new Argon2idHasher(cost).HashPassword(null!, Api.Password);

    internal static async Task ReplacesAsync(TestServer server, string other, string beginning)
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET password_hash = @hash WHERE id = @id", ("hash", other), ("id", person.UserId));

        await (await server.Api.PostAsync("auth/login", new { email = person.Email, password = "not the password" })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        (await HashOfAsync(server, person)).Should().Be(other);

        await server.Api.LoginAsync(person.Email);
        var replaced = await HashOfAsync(server, person);
        replaced.Should().StartWith(beginning);

        await server.Api.LoginAsync(person.Email);
        (await HashOfAsync(server, person)).Should().Be(replaced);
    }

    internal static Task<string> HashOfAsync(TestServer server, SignedIn person) =>
        server.Database.QueryAsync<string>("SELECT password_hash FROM users WHERE id = @id", ("id", person.UserId));

    public sealed class Server : TestServer
    {
        protected override bool HashesAreCheap => false;
    }
}
