using AuthServer.Platform.Web;
using AuthServer.Sessions.SigningKeys;
using AuthServer.Tests.Attacks;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Sessions.AccessTokens;

public sealed class AccessTokenTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    [Fact]
    public async Task A_patients_token_says_what_the_contract_says()
    {
        var person = await server.Api.RegisterAsync();

        var (header, claims, now) = (Jwt.Header(person.AccessToken), person.Claims, server.Clock.GetUtcNow().ToUnixTimeSeconds());
        header.Select(member => member.Key).Should().Equal("alg", "typ", "kid");
        header["alg"]!.GetValue<string>().Should().Be("ES256");
        header["typ"]!.GetValue<string>().Should().Be("at+jwt");
        claims
            .Select(claim => claim.Key)
            .Should()
            .BeEquivalentTo(
                "iss", "aud", "client_id", "sub", "sid", "jti", "iat", "nbf", "exp", "auth_time", "amr", "role", "email_verified", "ver",
                "gen");
        claims["client_id"]!.GetValue<string>().Should().Be("authserver");
        claims["iss"]!.GetValue<string>().Should().Be("http://localhost");
        claims["aud"]!.GetValue<string>().Should().Be("authserver");
        claims["sub"]!.GetValue<Guid>().Should().Be(person.UserId);
        claims["amr"]!.ToJsonString().Should().Be("""["pwd"]""");
        claims["role"]!.ToJsonString().Should().Be("""["patient"]""");
        claims["email_verified"]!.GetValue<bool>().Should().BeFalse();
        claims["ver"]!.GetValue<int>().Should().Be(1);
        claims["iat"]!.GetValue<long>().Should().Be(now);
        claims["nbf"]!.GetValue<long>().Should().Be(now);
        claims["auth_time"]!.GetValue<long>().Should().Be(now);
        claims["exp"]!.GetValue<long>().Should().Be(now + 600);
        claims["jti"]!.GetValue<string>().Should().HaveLength(22, "128 random bits");
    }

    [Fact]
    public async Task A_token_of_the_previous_version_without_a_client_id_is_taken_until_it_expires()
    {
        var token = new TokenForge(server).Resign(await server.Api.RegisterAsync(), payload: claims => claims.Remove("client_id"));

        await (await server.Api.GetAsync("auth/me", token)).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[\"authserver\"]")]
    public async Task A_client_id_that_is_no_text_is_refused(string json)
    {
        var token = new TokenForge(server).Resign(
            await server.Api.RegisterAsync(), payload: claims => claims["client_id"] = System.Text.Json.Nodes.JsonNode.Parse(json));

        await (await server.Api.GetAsync("auth/me", token)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
    }

    [Fact]
    public async Task Every_access_token_tells_its_client_unless_that_is_switched_off()
    {
        var person = await server.Api.RegisterAsync();
        var refreshed = await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken));
        await using var other = await StartedServer.StartAsync(adjust: settings => settings["Tokens:ClientId"] = "");

        refreshed.Claims["client_id"]!.GetValue<string>().Should().Be("authserver");
        (await other.Api.RegisterAsync()).Claims.Should().NotContainKey("client_id");
    }

    [Fact]
    public async Task No_two_tokens_have_one_id()
    {
        var person = await server.Api.RegisterAsync();
        var answers =
            await Task.WhenAll(
                Enumerable.Range(0, 8).Select(async _ => await SignedIn.ReadAsync(await server.Api.RefreshAsync(person.RefreshToken))));

        answers.Select(answer => answer.Claims["jti"]!.GetValue<string>()).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Only_a_verified_licence_makes_a_token_a_physicians()
    {
        var pending = await server.RegisterUnverifiedPhysicianAsync();
        pending.Claims["role"]!.ToJsonString().Should().Be("[]");
        await SetLicenceAsync(pending, "verified", "2999-01-01");
        (await RolesAsync(pending)).Should().Be("""["physician"]""");

        await SetLicenceAsync(pending, "suspended", "2999-01-01");
        (await RolesAsync(pending)).Should().Be("[]");
        await SetLicenceAsync(pending, "verified", "2020-01-01");
        (await RolesAsync(pending)).Should().Be("[]", "the licence has run out");

        pending.Claims["physician"]!.GetValue<Guid>().Should().Be(
            await server.Database.QueryAsync<Guid>("SELECT id FROM physicians WHERE user_id = @user", ("user", pending.UserId)));
    }

    // ASVS 9.2.1 asks for a tolerance of at most 30 seconds.
    [Fact]
    [Trait("ASVS", "9.2.1")]
    public async Task A_token_expires_at_the_second_its_first_and_every_other_time()
    {
        var (used, unused) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        await (await server.Api.GetAsync("auth/me", used.AccessToken)).ShouldBeAsync(200);
        server.Clock.Advance(TimeSpan.FromSeconds(600 + 29));
        await (await server.Api.GetAsync("auth/me", used.AccessToken)).ShouldBeAsync(200);

        server.Clock.Advance(TimeSpan.FromSeconds(1));

        await (await server.Api.GetAsync("auth/me", used.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenExpired);
        await (await server.Api.GetAsync("auth/me", unused.AccessToken)).ShouldBeProblemAsync(ErrorCodes.TokenExpired);
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    [Trait("ASVS", "9.2.1")]
    public async Task A_token_from_the_future_is_not_good_yet(int seconds, bool isGood)
    {
        var token =
            new TokenForge(server).Resign(
                await server.Api.RegisterAsync(), payload: claims => claims["nbf"] = claims["nbf"]!.GetValue<long>() + seconds);

        var response = await server.Api.GetAsync("auth/me", token);

        await (isGood
            ? response.ShouldBeAsync(200)
            : Task.FromResult<System.Text.Json.Nodes.JsonNode>(await response.ShouldBeProblemAsync(ErrorCodes.InvalidToken)));
    }

    [Fact]
    [Trait("ASVS", "9.2.1")]
    public async Task An_expired_forgery_is_not_told_that_it_has_expired()
    {
        var token = TokenForge.SignAsAttacker(await server.Api.RegisterAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(11));

        await (await server.Api.GetAsync("auth/me", token)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
    }

    [Fact]
    [Trait("ASVS", "9.1.3")]
    public async Task A_token_that_is_remembered_goes_with_its_key()
    {
        var person = await server.Api.RegisterAsync();
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        await server.Database.ExecuteAsync("DELETE FROM signing_keys");

        await server.Services.GetRequiredService<SigningKeyRotationJob>().RotateAsync(default);

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
    }

    private async Task<string> RolesAsync(SignedIn person) => (await server.Api.LoginAsync(person.Email)).Claims["role"]!.ToJsonString();

    private Task<int> SetLicenceAsync(SignedIn person, string state, string expiresOn) => server.Database.ExecuteAsync(
        "UPDATE licences SET state = @state, expires_on = @expires FROM physicians p WHERE p.id = physician_id AND p.user_id = @user",
        ("state", state), ("expires", DateOnly.Parse(expiresOn, System.Globalization.CultureInfo.InvariantCulture)), ("user",
            person.UserId));
}
