using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Wrong claims under our own valid signature, so that no other check can refuse them.</summary>
public sealed class ForgedClaimsTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("sub")]
    [InlineData("sid")]
    [InlineData("iat")]
    [InlineData("nbf")]
    [InlineData("exp")]
    [InlineData("auth_time")]
    [InlineData("ver")]
    [Trait("ASVS", "9.2.1")]
    public async Task A_claim_may_not_be_missing_null_of_another_type_or_said_twice(string claim)
    {
        var (forge, person) = (new TokenForge(server), await server.Api.RegisterAsync());
        var value = person.Claims[claim]!.ToJsonString();
        var otherType = value.StartsWith('"') ? "12345" : $"\"{value}\"";
        var twice = $$"""{{{person.Claims.ToJsonString()[1..^1]}},"{{claim}}":{{value}}}""";

        await ShouldBeRefusedAsync(forge.Resign(person, payload: json => json.Remove(claim)));
        await ShouldBeRefusedAsync(forge.SignAsServer(Jwt.Header(person.AccessToken).ToJsonString(), twice));
        foreach (var wrong in new[] { "null", "\"\"", "true", "{}", "[]", $"[{value}]", otherType })
        {
            await ShouldBeRefusedAsync(forge.Resign(person, payload: json => json[claim] = JsonNode.Parse(wrong)));
        }
    }

    [Theory]
    [InlineData("exp", "9e99")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "0")]
    [InlineData("exp", "1.5")]
    [InlineData("exp", "9223372036854775807")]
    [InlineData("exp", "9223372036854775808")]
    [InlineData("exp", "253402300800")]
    [InlineData("nbf", "253402300799")]
    [InlineData("nbf", "-1")]
    [InlineData("iat", "1e400")]
    [InlineData("auth_time", "-1")]
    [InlineData("ver", "2147483648")]
    [InlineData("ver", "-1")]
    [InlineData("ver", "1.5")]
    [InlineData("sub", "\"00000000000070008000000000000000\"")]
    [InlineData("sub", "\"{0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061}\"")]
    [InlineData("sid", "\"x\"")]
    [InlineData("aud", "\"AUTHSERVER\"")]
    [InlineData("aud", "\"authserver \"")]
    [InlineData("aud", "\"authserve\"")]
    [InlineData("aud", "\"authserver2\"")]
    [InlineData("aud", "\"http://localhost\"")]
    [InlineData("aud", "[\"authserver\"]")]
    [InlineData("aud", "[\"other\",\"authserver\"]")]
    [InlineData("iss", "\"http://localhost/\"")]
    [InlineData("iss", "\"https://localhost\"")]
    [InlineData("iss", "\"HTTP://LOCALHOST\"")]
    [InlineData("iss", "\"http://localhost:80\"")]
    [InlineData("iss", "\"http://localhost.attacker.example\"")]
    [Trait("ASVS", "9.2.3")]
    public async Task A_claim_may_have_no_other_value(string claim, string value)
    {
        var (forge, person) = (new TokenForge(server), await server.Api.RegisterAsync());
        var payload = person.Claims;
        payload[claim] = "PLACE";
        var token =
            forge.SignAsServer(
                Jwt.Header(person.AccessToken).ToJsonString(),
                payload.ToJsonString().Replace("\"PLACE\"", value, StringComparison.Ordinal));

        (await server.Api.GetAsync("auth/me", token)).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{/**/}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}")]
    [InlineData("\ufeff{}")]
    public async Task A_payload_that_is_no_plain_JSON_object_is_refused(string payload)
    {
        var (forge, person) = (new TokenForge(server), await server.Api.RegisterAsync());

        await ShouldBeRefusedAsync(forge.SignAsServer(Jwt.Header(person.AccessToken).ToJsonString(), payload));
    }

    [Fact]
    [Trait("ASVS", "7.2.1")]
    public async Task Changing_what_a_token_says_breaks_it()
    {
        var person = await server.Api.RegisterAsync();
        var parts = person.AccessToken.Split('.');
        var changes = new Action<JsonObject>[]
        {
            json => json["role"] = new JsonArray("admin"),
            json => json["sub"] = Guid.CreateVersion7().ToString(),
            json => json["sid"] = Guid.CreateVersion7().ToString(),
            json => json["exp"] = json["exp"]!.GetValue<long>() + 1,
            json => json["email_verified"] = true,
        };
        foreach (var change in changes)
        {
            var claims = person.Claims;
            change(claims);
            await ShouldBeRefusedAsync($"{parts[0]}.{Jwt.Encode(claims)}.{parts[2]}");
        }

        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_genuine_token_that_was_signed_again_passes()
    {
        var (forge, person) = (new TokenForge(server), await server.Api.RegisterAsync());

        await (await server.Api.GetAsync("auth/me", forge.Resign(person))).ShouldBeAsync(200);
    }

    private async Task ShouldBeRefusedAsync(string token) =>
        await (await server.Api.GetAsync("auth/me", token)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
}
