using AuthServer.AuditTrail;
using AuthServer.Compliance.Erasure;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Staff.ApiKeys;

/// <summary>Access tokens of keys: their claims, what they allow, and when they stop working.</summary>
public sealed class KeyTokenTests(TwoServers server) : IClassFixture<TwoServers>
{
    private static readonly string[] Reading = [Scopes.UsersRead];

    [Fact]
    public async Task A_key_is_exchanged_for_a_short_token_that_says_what_it_is()
    {
        var clinic = await server.OpenClinicAsync();
        var key =
            await server.MakeKeyAsync(
                await server.SignInAtAsync(Role.Admin, clinic),
                new { scopes = new[] { Scopes.UsersRead, Scopes.TenantsRead }, requests_per_minute = 50 });

        var response = await server.Api.SendWithKeyAsync(HttpMethod.Post, "auth/token", key.Text);

        var answer = await response.ShouldBeAsync(200);
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        (answer["token_type"]!.GetValue<string>(), answer["expires_in"]!.GetValue<int>(), answer["scope"]!.GetValue<string>()).Should()
            .Be(("Bearer", 300, "users:read tenants:read"));
        var claims = Jwt.Payload(answer["access_token"]!.GetValue<string>());
        foreach (var (claim, value) in new[]
        {
            ("sub", $"\"{key.Id}\""),
            ("sid", $"\"{key.Id}\""),
            ("client_id", $"\"{key.Id}\""),
            ("tenant", $"\"{clinic.Id}\""),
            ("scope", "\"users:read tenants:read\""),
            ("ver", "1"),
            ("amr", """["api_key"]""")
        })
        {
            claims[claim]!.ToJsonString().Should().Be(value, "it is {0}", claim);
        }

        (claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()).Should().Be(300);
        claims.Select(claim => claim.Key).Should().NotContain(["role", "tenant_role", "auth_time", "email_verified", "gen"]);
        (await server.KeyAuditAsync(AuditEvents.ApiKeyTokenIssued, key)).Should()
            .Be($"success|{key.Id}|{clinic.Id}|users:read tenants:read");
        await (await server.Other.GetAsync("users", answer["access_token"]!.GetValue<string>())).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "10.4.11")]
    public async Task A_token_holds_the_scopes_asked_for_and_none_the_key_lacks()
    {
        var key = await server.MakeKeyAsync(Scopes.UsersRead, Scopes.TenantsRead);

        var token = await server.Api.ExchangeAsync(key.Text, Scopes.UsersRead);

        Jwt.Payload(token)["scope"]!.GetValue<string>().Should().Be(Scopes.UsersRead);
        await (await server.Api.GetAsync("users", token)).ShouldBeAsync(200);
        var refused = await server.Api.GetAsync("tenants", token);
        await refused.ShouldBeProblemAsync(ErrorCodes.InsufficientScope);
        refused.Headers.WwwAuthenticate.ToString().Should().Be("Bearer error=\"insufficient_scope\", scope=\"tenants:read\"");
        foreach (var scopes in new[]
        {
            """["users:write"]""",
            """["users:read","users:write"]""",
            """["nonsense"]""",
            """["users:read "]"""
        })
        {
            await (await server.Api.SendWithKeyAsync(
                HttpMethod.Post, "auth/token", key.Text, $$"""{"scopes":{{scopes}}}""")).ShouldBeProblemAsync(ErrorCodes.InsufficientScope);
        }

        foreach (var scopes in new[] { "[]", "[null]" })
        {
            await (await server.Api.SendWithKeyAsync(
                HttpMethod.Post, "auth/token", key.Text, $$"""{"scopes":{{scopes}}}""")).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        }
    }

    [Fact]
    public async Task Neither_a_person_nor_a_token_is_exchanged()
    {
        var key = await server.MakeKeyAsync();

        await (await server.Api.PostAsync("auth/token", bearer: key.Owner.AccessToken)).ShouldBeProblemAsync(ErrorCodes.Forbidden);
        await (await server.Api.PostAsync("auth/token", bearer: await server.Api.ExchangeAsync(key.Text))).ShouldBeProblemAsync(
            ErrorCodes.Forbidden);
        await (await server.Api.PostAsync("auth/token")).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
    }

    [Fact]
    public async Task A_token_never_outlives_its_key()
    {
        var admin = await server.SignInAsAsync(Role.Admin);
        var key = await server.MakeKeyAsync(admin, new { expires_at = server.Clock.GetUtcNow().AddSeconds(100) });

        var answer = await (await server.Api.SendWithKeyAsync(HttpMethod.Post, "auth/token", key.Text)).ShouldBeAsync(200);

        answer["expires_in"]!.GetValue<int>().Should().BeInRange(80, 100);
        var ends = await server.Database.QueryAsync<DateTime>("SELECT expires_at FROM api_keys WHERE id = @id", ("id", key.Id));
        Jwt.Payload(answer["access_token"]!.GetValue<string>())["exp"]!
            .GetValue<long>()
            .Should()
            .BeLessThanOrEqualTo(new DateTimeOffset(ends).ToUnixTimeSeconds());
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task Revoking_a_key_refuses_its_tokens_on_every_replica()
    {
        var key = await server.MakeKeyAsync();
        var token = await server.Api.ExchangeAsync(key.Text);
        await (await server.Other.GetAsync("users", token)).ShouldBeAsync(200);

        await (await server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{key.Id}", null, key.Owner.AccessToken)).ShouldBeAsync(204);

        await ShouldBeRefusedAsync(token);
        await (await server.Other.GetWithKeyAsync("users", key.Text)).ShouldBeProblemAsync(ErrorCodes.ApiKeyRevoked);
    }

    [Fact]
    [Trait("ASVS", "15.4.2")]
    public async Task No_token_that_is_given_while_the_key_is_revoked_is_good_afterwards()
    {
        for (var round = 0; round < 3; round++)
        {
            var key = await server.MakeKeyAsync();
            var exchanges = Enumerable
                .Range(0, 20)
                .Select(number => (number % 2 == 0 ? server.Api : server.Other).SendWithKeyAsync(HttpMethod.Post, "auth/token", key.Text))
                .ToList();
            var revoking = server.Api.SendAsync(HttpMethod.Delete, $"api-keys/{key.Id}", null, key.Owner.AccessToken);
            var answers = await Task.WhenAll(exchanges);
            await (await revoking).ShouldBeAsync(204);

            foreach (var given in answers.Where(answer => answer.IsSuccessStatusCode))
            {
                await ShouldBeRefusedAsync((await given.ReadJsonAsync())!["access_token"]!.GetValue<string>());
            }

            await (await server.Other.SendWithKeyAsync(HttpMethod.Post, "auth/token", key.Text)).ShouldBeProblemAsync(
                ErrorCodes.ApiKeyRevoked);
        }
    }

    [Fact]
    [Trait("ASVS", "8.3.2")]
    public async Task A_scope_taken_away_is_gone_from_tokens_that_have_it()
    {
        var key = await server.MakeKeyAsync(Scopes.UsersRead, Scopes.UsersWrite);
        var token = await server.Api.ExchangeAsync(key.Text);

        await (await server.Api.SendAsync(
            HttpMethod.Patch, $"api-keys/{key.Id}", new { scopes = Reading }, key.Owner.AccessToken)).ShouldBeAsync(200);

        await ShouldBeRefusedAsync(token);
        await (await server.Other.SendWithKeyAsync(
            HttpMethod.Post, "auth/token", key.Text, """{"scopes":["users:write"]}""")).ShouldBeProblemAsync(ErrorCodes.InsufficientScope);
        var again = await server.Other.ExchangeAsync(key.Text);
        await (await server.Api.GetAsync("users", again)).ShouldBeAsync(200);
        await (await server.Api.PostAsync("users", new { email = Api.NewEmail() }, again)).ShouldBeProblemAsync(
            ErrorCodes.InsufficientScope);
    }

    [Fact]
    [Trait("ASVS", "16.4.2")]
    public async Task What_a_key_did_stays_on_record_when_its_tokens_are_refused()
    {
        var key = await server.MakeKeyAsync();
        await server.Api.ExchangeAsync(key.Text);
        var before = await server.KeyAuditAsync(AuditEvents.ApiKeyTokenIssued, key);
        await server.Api.SendAsync(HttpMethod.Patch, $"api-keys/{key.Id}", new { scopes = Reading }, key.Owner.AccessToken);

        await server.Services.GetRequiredService<ResidualAuditErasure>().RunAsync(default);

        (await server.KeyAuditAsync(AuditEvents.ApiKeyTokenIssued, key)).Should().Be(before).And.StartWith($"success|{key.Id}|");
    }

    [Theory]
    [Trait("ASVS", "7.4.2")]
    [InlineData("POST", "/disable", """{"reason":"Gone"}""")]
    [InlineData("DELETE", "", null)]
    [InlineData("PUT", "/roles", """{"roles":["patient"]}""")]
    public async Task What_an_owner_loses_their_keys_tokens_lose_on_every_replica(string method, string path, string? body)
    {
        var (key, boss) = (await server.MakeKeyAsync(), await server.SignInAsAsync(Role.Admin));
        var token = await server.Api.ExchangeAsync(key.Text);
        await (await server.Other.GetAsync("users", token)).ShouldBeAsync(200);

        (await server.Api.SendAsync(new(method), $"users/{key.Owner.UserId}{path}", body, boss.AccessToken)).IsSuccessStatusCode.Should()
            .BeTrue();

        await ShouldBeRefusedAsync(token);
        await (await server.Other.GetWithKeyAsync("users", key.Text)).ShouldBeProblemAsync(ErrorCodes.InvalidApiKey);
    }

    [Fact]
    [Trait("ASVS", "7.4.2")]
    public async Task A_membership_lost_and_a_tenant_suspended_refuse_the_tokens_of_its_keys()
    {
        var (lost, suspended, boss) = (await server.OpenClinicAsync(), await server.OpenClinicAsync(),
            await server.SignInAsAsync(Role.Admin));
        var member = await server.MakeKeyAsync(await server.SignInAtAsync(Role.Admin, lost));
        var tenants = await server.MakeKeyAsync(await server.SignInAtAsync(Role.Admin, suspended));
        var tokens = new[] { await server.Api.ExchangeAsync(member.Text), await server.Api.ExchangeAsync(tenants.Text) };

        await (await server.Api.SetRolesAsync(
            boss, member.Owner.UserId, new { roles = Array.Empty<string>(), tenant = lost.Slug })).ShouldBeAsync(200);
        await (await server.Api.PostAsync(
            $"tenants/{suspended.Id}/suspend", new { reason = "The contract has ended." }, boss.AccessToken)).ShouldBeAsync(200);

        foreach (var token in tokens)
        {
            await ShouldBeRefusedAsync(token);
        }
    }

    [Fact]
    public async Task A_resource_server_that_asks_is_told_what_a_token_or_a_key_may()
    {
        var key = await server.MakeKeyAsync(Scopes.UsersRead, Scopes.AuditRead);
        var token = await server.Api.ExchangeAsync(key.Text, Scopes.AuditRead);

        var ofToken = await (await server.Api.PostAsync("auth/verify", bearer: token)).ShouldBeAsync(200);
        var ofKey = await (await server.Api.SendWithKeyAsync(HttpMethod.Post, "auth/verify", key.Text)).ShouldBeAsync(200);

        foreach (var (answer, scope) in new[] { (ofToken, "audit:read"), (ofKey, "users:read audit:read") })
        {
            (answer["sub"]!.GetValue<Guid>(), answer["sid"]!.GetValue<Guid>(), answer["scope"]!.GetValue<string>(),
                answer["roles"]!.AsArray().Count).Should().Be((key.Id, key.Id, scope, 0));
        }

        ofToken["exp"]!.GetValue<long>().Should().Be(Jwt.Payload(token)["exp"]!.GetValue<long>());
        (await (await server.Api.PostAsync("auth/verify", bearer: key.Owner.AccessToken)).ShouldBeAsync(200))["scope"].Should().BeNull();
    }

    private async Task ShouldBeRefusedAsync(string token)
    {
        await Eventually.TrueAsync(async () => (int)(await server.Other.GetAsync("users", token)).StatusCode == 401, "a refusal");
        await (await server.Other.GetAsync("users", token)).ShouldBeProblemAsync(ErrorCodes.TokenOutdated);
    }
}
