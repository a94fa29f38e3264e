using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>A server behind a proxy that terminates TLS.</summary>
public class ProxiedServer : TestServer
{
    public ProxiedServer()
    {
        Settings["Server:TrustedProxies:0"] = "127.0.0.0/8";
        Settings["Server:TrustedProxies:1"] = "::1";
    }
}

public sealed class ProxiedDevelopmentServer : ProxiedServer
{
    public ProxiedDevelopmentServer() => Settings["Server:PublicUrl"] = "https://auth.test";

    protected override string EnvironmentName => "Development";
}

public sealed class HttpsServer : TestServer
{
    public HttpsServer() => Settings["Server:PublicUrl"] = "https://auth.example.com";
}

public sealed class StrictTransportTests(HttpsServer server) : IClassFixture<HttpsServer>
{
    [Theory]
    [InlineData("GET", "/health/live", null)]
    [InlineData("GET", "/nowhere", null)]
    [InlineData("POST", "/api/v1/auth/login", "{")]
    [Trait("ASVS", "3.4.1")]
    public async Task At_an_https_address_browsers_are_told_to_stay_there_even_without_a_trusted_proxy(
        string method, string path, string? body)
    {
        var response = await server.Api.SendAsync(new(method), path, body);

        response.Headers.GetValues("Strict-Transport-Security").Should().Equal("max-age=31536000; includeSubDomains");
    }
}

public sealed class ProxyTests(ProxiedServer server) : IClassFixture<ProxiedServer>
{
    [Fact]
    public async Task At_a_plain_http_address_nobody_is_tied_to_https_whatever_the_proxy_names() =>
        (await server.Api.SendThroughProxyAsync("GET", "/health/live", scheme: "https")).Headers
            .Contains("Strict-Transport-Security")
            .Should()
            .BeFalse();

    [Fact]
    [Trait("ASVS", "4.1.3")]
    public async Task The_address_the_proxy_names_is_the_clients()
    {
        var person = await server.Api.RegisterAsync();

        await server.Api.SendThroughProxyAsync(
            "POST", "/api/v1/auth/login", $$"""{"email":"{{person.Email}}","password":"{{Api.Password}}"}""",
            forwardedFor: "198.51.100.1, 203.0.113.7");

        (await LastAddressAsync(server, person)).Should().Be("203.0.113.7", "only the last one was seen by our own proxy");
    }

    internal static Task<string> LastAddressAsync(TestServer server, SignedIn person) =>
        server.Database.QueryAsync<string>(
            "SELECT host(ip_address) FROM sessions WHERE user_id = @id ORDER BY id DESC LIMIT 1", ("id", person.UserId));
}

public sealed class UntrustedProxyTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "4.1.3")]
    public async Task Who_is_not_a_configured_proxy_names_neither_scheme_nor_client()
    {
        var person = await server.Api.RegisterAsync();

        var response =
            await server.Api.SendThroughProxyAsync(
                "POST", "/api/v1/auth/login", $$"""{"email":"{{person.Email}}","password":"{{Api.Password}}"}""",
                forwardedFor: "203.0.113.7");

        response.Headers.Contains("Strict-Transport-Security").Should().BeFalse();
        (await ProxyTests.LastAddressAsync(server, person)).Should().BeOneOf("127.0.0.1", "::1");
    }
}

public sealed class DevelopmentProxyTests(ProxiedDevelopmentServer server) : IClassFixture<ProxiedDevelopmentServer>
{
    [Fact]
    public async Task In_development_nobody_is_tied_to_https() =>
        (await server.Api.SendThroughProxyAsync("GET", "/health/live")).Headers.Contains("Strict-Transport-Security").Should().BeFalse();
}

internal static class ThroughProxy
{
    public static Task<HttpResponseMessage> SendThroughProxyAsync(
        this Api api, string method, string path, string? body = null, string scheme = "https", string forwardedFor = "203.0.113.7") =>
        api.SendAsync(new(method), path, body, adjust: request =>
        {
            request.Headers.Host = "auth.example.com";
            request.Headers.Add("X-Forwarded-Proto", scheme);
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        });
}
