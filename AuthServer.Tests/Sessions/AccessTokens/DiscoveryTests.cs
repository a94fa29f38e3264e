using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions.AccessTokens;

public sealed class DiscoveryTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task The_metadata_say_where_tokens_and_keys_come_from()
    {
        var metadata = await (await server.Api.GetAsync("/.well-known/openid-configuration")).ShouldBeAsync(200);

        metadata["issuer"]!.GetValue<string>().Should().Be("http://localhost");
        metadata["jwks_uri"]!.GetValue<string>().Should().Be("http://localhost/.well-known/jwks.json");
        metadata["token_endpoint"]!.GetValue<string>().Should().Be("http://localhost/api/v1/auth/login/form");
        metadata["id_token_signing_alg_values_supported"]!.ToJsonString().Should().Be("""["ES256"]""");
        metadata["grant_types_supported"]!.ToJsonString().Should().Be("""["password","refresh_token"]""");
        metadata["token_endpoint_auth_methods_supported"]!.ToJsonString().Should().Be("""["none"]""");
        metadata["subject_types_supported"]!.ToJsonString().Should().Be("""["public"]""");
        var person = await server.Api.RegisterAsync();
        person.Claims["iss"]!.GetValue<string>().Should().Be(metadata["issuer"]!.GetValue<string>());
    }

    [Fact]
    [Trait("ASVS", "11.2.3")]
    public async Task The_key_set_holds_public_members_alone()
    {
        var key = (await KeysAsync()).Should().ContainSingle().Subject!.AsObject();

        key.Select(member => member.Key).Should().BeEquivalentTo("kty", "use", "alg", "kid", "crv", "x", "y");
        key["kty"]!.GetValue<string>().Should().Be("EC");
        key["crv"]!.GetValue<string>().Should().Be("P-256");
        key["alg"]!.GetValue<string>().Should().Be("ES256");
        key["use"]!.GetValue<string>().Should().Be("sig");
    }

    // RFC 7638 section 3.
    [Fact]
    public async Task A_key_is_called_by_its_thumbprint()
    {
        var key = (await KeysAsync())[0]!;
        var members = $$"""{"crv":"{{key["crv"]}}","kty":"{{key["kty"]}}","x":"{{key["x"]}}","y":"{{key["y"]}}"}""";

        key["kid"]!.GetValue<string>().Should().Be(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(members))));
    }

    [Fact]
    public async Task Whoever_has_the_key_set_can_verify_a_token()
    {
        var person = await server.Api.RegisterAsync();
        var keyId = Jwt.Header(person.AccessToken)["kid"]!.GetValue<string>();
        var key = (await KeysAsync()).Single(key => key!["kid"]!.GetValue<string>() == keyId)!;
        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new()
            {
                X = Base64Url.DecodeFromChars(key["x"]!.GetValue<string>()),
                Y = Base64Url.DecodeFromChars(key["y"]!.GetValue<string>())
            },
        });
        var end = person.AccessToken.LastIndexOf('.');

        verifier
            .VerifyData(
                Encoding.ASCII.GetBytes(person.AccessToken[..end]), Base64Url.DecodeFromChars(person.AccessToken.AsSpan(end + 1)),
                HashAlgorithmName.SHA256)
            .Should()
            .BeTrue();
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/jwks.json")]
    public async Task Both_documents_may_be_kept_for_minutes_by_anybody(string path)
    {
        var response = await server.Api.GetAsync(path);

        response.Headers.CacheControl!.ToString().Should().Be("public, max-age=300");
        response.Headers.GetValues("Cross-Origin-Resource-Policy").Should().Equal("cross-origin");
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
    }

    private async Task<JsonArray> KeysAsync() =>
        (await (await server.Api.GetAsync("/.well-known/jwks.json")).ShouldBeAsync(200))["keys"]!.AsArray();
}
