using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Platform.Web;
using AuthServer.Tests.Attacks;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions.AccessTokens;

public sealed class AlgorithmTests(TestServer server) : IClassFixture<TestServer>
{
    private const string SharedSecret = "a secret that two systems of the tests share";

    [Fact]
    [Trait("ASVS", "11.2.2")]
    public async Task After_a_change_of_algorithm_the_old_tokens_stay_good()
    {
        var before = await server.Api.RegisterAsync();

        var rs256 = StartWith("RS256");

        var after = await rs256.LoginAsync(before.Email);
        Jwt.Header(after.AccessToken)["alg"]!.GetValue<string>().Should().Be("RS256");
        await (await rs256.GetAsync("auth/me", after.AccessToken)).ShouldBeAsync(200);
        await (await rs256.GetAsync("auth/me", before.AccessToken)).ShouldBeAsync(200);
        var keys = (await (await rs256.GetAsync("/.well-known/jwks.json")).ShouldBeAsync(200))["keys"]!.AsArray();
        keys.Select(key => key!["alg"]!.GetValue<string>()).Should().BeEquivalentTo("ES256", "RS256");
        var published = keys.Single(key => key!["kty"]!.GetValue<string>() == "RSA")!.AsObject();
        published.Select(member => member.Key).Should().BeEquivalentTo("kty", "use", "alg", "kid", "n", "e");
        Base64Url.DecodeFromChars(published["n"]!.GetValue<string>()).Should().HaveCount(3072 / 8);
        using var verifier =
            RSA.Create(
                new RSAParameters
                {
                    Modulus = Base64Url.DecodeFromChars(published["n"]!.GetValue<string>()),
                    Exponent = Base64Url.DecodeFromChars(published["e"]!.GetValue<string>())
                });
        var end = after.AccessToken.LastIndexOf('.');
        verifier
            .VerifyData(
                Encoding.ASCII.GetBytes(after.AccessToken[..end]), Base64Url.DecodeFromChars(after.AccessToken.AsSpan(end + 1)),
                HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Should()
            .BeTrue();

        // RFC 8725 section 3.1: a key is used with one algorithm only, even if it could be used with others.
        var parts = after.AccessToken.Split('.');
        var header = Jwt.Header(after.AccessToken);
        header["alg"] = "PS256";
        await (await rs256.GetAsync("auth/me", $"{Jwt.Encode(header)}.{parts[1]}.{parts[2]}")).ShouldBeProblemAsync(
            ErrorCodes.InvalidToken);
    }

    [Fact]
    [Trait("ASVS", "9.1.2")]
    public async Task A_shared_secret_and_published_keys_never_verify_in_one_server()
    {
        var es256Token = (await server.Api.RegisterAsync()).AccessToken;

        var hs256 = StartWith("HS256", SharedSecret);

        var person = await hs256.RegisterAsync();
        Jwt.Header(person.AccessToken).ToJsonString().Should().Be("""{"alg":"HS256","typ":"at\u002Bjwt","kid":"shared"}""");
        await (await hs256.GetAsync("auth/me", person.AccessToken)).ShouldBeAsync(200);
        var keys = (await (await hs256.GetAsync("/.well-known/jwks.json")).ShouldBeAsync(200))["keys"]!.AsArray();
        keys.Should().BeEmpty();
        await (await hs256.GetAsync("auth/me", es256Token)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
        await (await server.Api.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
        await (await hs256.GetAsync("auth/me", new TokenForge(server).SignWithPublicKey(person, "PEM"))).ShouldBeProblemAsync(
            ErrorCodes.InvalidToken);
        var refreshed = await SignedIn.ReadAsync(await hs256.RefreshAsync(person.RefreshToken));
        await (await hs256.GetAsync("auth/me", refreshed.AccessToken)).ShouldBeAsync(200);
    }

    [Fact]
    [Trait("ASVS", "9.1.2")]
    public async Task Only_whoever_has_the_shared_secret_can_sign_with_it()
    {
        var (one, other) = (StartWith("HS256", SharedSecret), StartWith("HS256", "another secret, not shared with the first one"));
        var person = await one.RegisterAsync();
        var end = person.AccessToken.LastIndexOf('.');
        var signed = Encoding.ASCII.GetBytes(person.AccessToken[..end]);

        person.AccessToken[(end + 1)..].Should().Be(Mac(SharedSecret), "that is all a system that shares it needs to know");
        await (await other.GetAsync("auth/me", person.AccessToken)).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
        foreach (var guess in new[] { server.Settings["Secrets:Key"], "", "shared", SharedSecret + "." })
        {
            await (await one.GetAsync("auth/me", $"{person.AccessToken[..end]}.{Mac(guess)}")).ShouldBeProblemAsync(
                ErrorCodes.InvalidToken);
        }

        string Mac(string secret) => Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }

    private Api StartWith(string algorithm, string? secret = null)
    {
        server.Settings["Tokens:Algorithm"] = algorithm;
        server.Settings["Tokens:SharedSecret"] = secret ?? "";
        return server.StartReplica();
    }
}
