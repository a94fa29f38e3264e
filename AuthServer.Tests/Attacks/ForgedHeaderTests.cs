using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Attacks through a token's header: another algorithm, another key, another type of token.</summary>
public sealed class ForgedHeaderTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [Trait("ASVS", "9.1.2")]
    public async Task A_token_without_a_signature_is_refused_however_none_is_spelt(string none)
    {
        var (forge, person) = (new TokenForge(server), await server.Api.RegisterAsync());
        var token = forge.Resign(person, header => header["alg"] = none);

        await ShouldBeRefusedAsync(token);
        await ShouldBeRefusedAsync(token[..(token.LastIndexOf('.') + 1)]);
        await ShouldBeRefusedAsync(token[..token.LastIndexOf('.')]);
        await ShouldBeRefusedAsync(token[..(token.LastIndexOf('.') + 1)] + "AAAA");
    }

    [Theory]
    [InlineData("PEM")]
    [InlineData("PEM with a line end")]
    [InlineData("DER")]
    [InlineData("JWK")]
    [InlineData("coordinates")]
    [InlineData("nothing")]
    [Trait("ASVS", "9.1.2")]
    public async Task The_public_key_is_no_secret(string spelling) =>
        await ShouldBeRefusedAsync(new TokenForge(server).SignWithPublicKey(await server.Api.RegisterAsync(), spelling));

    // With the right signature, so that only the header can be the reason.
    [Theory]
    [InlineData("\"es256\"")]
    [InlineData("\"ES256 \"")]
    [InlineData("\"ES384\"")]
    [InlineData("\"ES512\"")]
    [InlineData("\"ES256K\"")]
    [InlineData("\"RS256\"")]
    [InlineData("\"PS256\"")]
    [InlineData("\"HS256\"")]
    [InlineData("\"EdDSA\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("256")]
    [InlineData("[\"ES256\"]")]
    [Trait("ASVS", "9.1.2")]
    public async Task A_key_is_used_with_its_one_algorithm(string algorithm) =>
        await ShouldBeRefusedAsync(
            new TokenForge(server).Resign(await server.Api.RegisterAsync(), header => header["alg"] = JsonNode.Parse(algorithm)));

    [Theory]
    [InlineData("\"../../dev/null\"")]
    [InlineData("\"' or 1=1--\"")]
    [InlineData("\"https://attacker.example/key\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\"")]
    [InlineData("\"shared\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [Trait("ASVS", "9.1.2")]
    public async Task A_key_is_looked_up_by_its_exact_name(string keyId)
    {
        var (forge, person) = (new TokenForge(server), await server.Api.RegisterAsync());

        await ShouldBeRefusedAsync(
            forge.SignAsServer($$"""{"alg":"ES256","typ":"at+jwt","kid":{{keyId}}}""", Jwt.Payload(person.AccessToken).ToJsonString()));
    }

    [Theory]
    [InlineData("alg")]
    [InlineData("typ")]
    [InlineData("kid")]
    [Trait("ASVS", "9.1.2")]
    public async Task Nothing_may_be_missing_or_said_twice_in_the_header(string member)
    {
        var (forge, person) = (new TokenForge(server), await server.Api.RegisterAsync());
        var header = Jwt.Header(person.AccessToken);
        var twice = $$"""{{{header.ToJsonString()[1..^1]}},"{{member}}":{{header[member]!.ToJsonString()}}}""";

        await ShouldBeRefusedAsync(forge.SignAsServer(twice, Jwt.Payload(person.AccessToken).ToJsonString()));
        await ShouldBeRefusedAsync(forge.Resign(person, json => json.Remove(member)));
        await ShouldBeRefusedAsync(forge.Resign(person, json =>
        {
            json[member.ToUpperInvariant()] = json[member]!.DeepClone();
            json.Remove(member);
        }));
    }

    [Theory]
    [InlineData("jku", "\"https://attacker.example/jwks.json\"")]
    [InlineData("jku", "\"http://169.254.169.254/latest\"")]
    [InlineData("x5u", "\"https://attacker.example/chain.pem\"")]
    [InlineData("x5c", "[\"MIIB\"]")]
    [InlineData("x5t", "\"AAAA\"")]
    [InlineData("jwk", "{\"kty\":\"EC\"}")]
    [InlineData("crit", "[\"b64\"]")]
    [InlineData("crit", "[]")]
    [InlineData("b64", "false")]
    [InlineData("zip", "\"DEF\"")]
    [InlineData("enc", "\"A128GCM\"")]
    [InlineData("cty", "\"JWT\"")]
    [Trait("ASVS", "9.1.3")]
    public async Task A_header_that_says_more_than_ours_is_refused_even_with_our_signature(string member, string value) =>
        await ShouldBeRefusedAsync(
            new TokenForge(server).Resign(await server.Api.RegisterAsync(), header => header[member] = JsonNode.Parse(value)));

    [Fact]
    [Trait("ASVS", "9.1.3")]
    public async Task A_key_that_the_token_brings_along_is_not_used()
    {
        var person = await server.Api.RegisterAsync();
        var keyId = Jwt.Header(person.AccessToken)["kid"]!.GetValue<string>();

        await ShouldBeRefusedAsync(TokenForge.SignAsAttacker(person));
        await ShouldBeRefusedAsync(TokenForge.SignAsAttacker(person, header => header["kid"] = "attacker"));
        await ShouldBeRefusedAsync(TokenForge.SignAsAttacker(person, header => header["jwk"] = TokenForge.ForeignJwk(keyId)));
        await ShouldBeRefusedAsync(TokenForge.SignAsAttacker(person, header => header["jwk"] = TokenForge.ForeignJwk("attacker")));
    }

    [Theory]
    [InlineData("\"JWT\"")]
    [InlineData("\"jwt\"")]
    [InlineData("\"AT+JWT\"")]
    [InlineData("\"at+JWT\"")]
    [InlineData("\" at+jwt\"")]
    [InlineData("\"id_token\"")]
    [InlineData("\"rt+jwt\"")]
    [InlineData("\"logout+jwt\"")]
    [InlineData("\"application/jwt\"")]
    [InlineData("\"Application/at+jwt\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[\"at+jwt\"]")]
    [Trait("ASVS", "9.2.2")]
    public async Task A_token_of_another_kind_is_no_access_token(string type) =>
        await ShouldBeRefusedAsync(
            new TokenForge(server).Resign(await server.Api.RegisterAsync(), header => header["typ"] = JsonNode.Parse(type)));

    // RFC 9068 section 4 allows both spellings. This also shows that the tokens above are refused for their header.
    [Theory]
    [InlineData("at+jwt")]
    [InlineData("application/at+jwt")]
    public async Task Both_spellings_of_the_type_pass(string type)
    {
        var token = new TokenForge(server).Resign(await server.Api.RegisterAsync(), header => header["typ"] = type);

        await (await server.Api.GetAsync("auth/me", token)).ShouldBeAsync(200);
    }

    private async Task ShouldBeRefusedAsync(string token) =>
        await (await server.Api.GetAsync("auth/me", token)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
}
