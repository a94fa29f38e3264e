using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Clients;

/// <summary>An API of a third party verifies our tokens as docs/resource-servers.md shows, knowing only the issuer's address.</summary>
public sealed class ResourceServerTests(ResourceServer server) : IClassFixture<ResourceServer>
{
    [Fact]
    public Task A_good_token_tells_who_calls() => server.RunAsync("good");

    [Theory]
    [Trait("ASVS", "9.1.1")]
    [InlineData("none")]
    [InlineData("tampered")]
    [InlineData("expired")]
    [InlineData("otherAudience")]
    [InlineData("otherIssuer")]
    public Task Any_other_token_is_refused_for_what_is_wrong_with_it(string kind) => server.RunAsync(kind);
}

/// <summary>Replicas that differ in the contents of their tokens but share signing keys.</summary>
public sealed class ResourceServer : TestServer
{
    private string _sample = null!;
    private Api _otherAudience = null!;
    private Api _otherIssuer = null!;

    public override async Task InitializeAsync()
    {
        _sample = NodeScript.Place("sample.mjs", NodeScript.Sample("docs/resource-servers.md", "js"));
        await base.InitializeAsync();
        Settings["Tokens:Audience"] = "another-api";
        _otherAudience = StartReplica();
        Settings["Tokens:Audience"] = "authserver";
        Settings["Server:PublicUrl"] = "http://localhost:81";
        _otherIssuer = StartReplica();
    }

    public override async Task DisposeAsync()
    {
        Directory.Delete(Path.GetDirectoryName(_sample)!, recursive: true);
        await base.DisposeAsync();
    }

    public async Task RunAsync(string scenario)
    {
        SignedIn? good = null;
        await NodeScript.RunAsync("resource-server.mjs", async request => request switch
        {
            "good" => (good = await Api.RegisterAsync()).AccessToken,
            "sub" => good!.UserId.ToString(),
            "tampered" => Tampered((await Api.RegisterAsync()).AccessToken),
            "otherAudience" => (await _otherAudience.RegisterAsync()).AccessToken,
            "otherIssuer" => (await _otherIssuer.RegisterAsync()).AccessToken,
            _ => throw new InvalidOperationException($"The script asks for '{request}'."),
        }, _sample, Api.Http.BaseAddress!.ToString().TrimEnd('/'), scenario);
    }

    private static string Tampered(string token)
    {
        var claims = Jwt.Payload(token);
        claims["role"]!.AsArray()[0] = "admin";
        var parts = token.Split('.');
        return $"{parts[0]}.{Jwt.Encode(claims)}.{parts[2]}";
    }
}
