using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

public sealed class OpenServer : TestServer
{
    public OpenServer()
    {
        Settings["Server:CorsOrigins:0"] = "https://app.example.com";
        Settings["Server:CorsOrigins:1"] = "http://localhost:3000";
    }
}

public sealed class CorsTests(OpenServer server) : IClassFixture<OpenServer>
{
    [Theory]
    [InlineData("https://app.example.com", "POST", "/api/v1/auth/login", "{}")]
    [InlineData("http://localhost:3000", "POST", "/api/v1/auth/login", "{")]
    [InlineData("https://app.example.com", "GET", "/api/v1/auth/me", null)]
    [InlineData("https://app.example.com", "GET", "/nowhere", null)]
    public async Task A_configured_origin_may_read_every_answer_and_refusal(string origin, string method, string path, string? body)
    {
        var response = await server.Api.SendFromAsync(origin, method, path, body);

        Header(response, "Access-Control-Allow-Origin").Should().Be(origin);
        Header(response, "Access-Control-Expose-Headers").Should().Be("Retry-After,X-Request-ID");
        Header(response, "Access-Control-Allow-Credentials").Should().BeNull("tokens travel in headers, never in cookies");
        Header(response, "Vary").Should().Be("Origin");
    }

    [Fact]
    public async Task A_configured_origin_may_read_why_its_body_was_refused()
    {
        var response = await server.Api.PostAsync("auth/login", "{}", adjust: request =>
        {
            request.Headers.Add("Origin", "https://app.example.com");
            request.Content!.Headers.ContentEncoding.Add("gzip");
        });

        response.StatusCode.Should().Be(System.Net.HttpStatusCode.UnsupportedMediaType);
        Header(response, "Access-Control-Allow-Origin").Should().Be("https://app.example.com");
    }

    [Theory]
    [InlineData("https://evil.example.com")]
    [InlineData(null)]
    public async Task Caches_keep_the_answers_to_different_origins_apart(string? origin)
    {
        foreach (var path in new[] { "/.well-known/jwks.json", "/nowhere" })
        {
            Header(await server.Api.SendFromAsync(origin, "GET", path), "Vary").Should().Be("Origin");
        }
    }

    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData("https://evil.example.com")]
    [InlineData(null)]
    public async Task The_public_documents_are_open_to_every_origin(string? origin)
    {
        foreach (var path in new[] { "/.well-known/jwks.json", "/.well-known/openid-configuration" })
        {
            Header(await server.Api.SendFromAsync(origin, "GET", path), "Access-Control-Allow-Origin").Should().Be("*");
        }
    }

    [Fact]
    public async Task A_configured_origin_may_ask_before_it_sends()
    {
        var response = await server.Api.AskFirstAsync("https://app.example.com");

        ((int)response.StatusCode).Should().Be(204);
        Header(response, "Access-Control-Allow-Origin").Should().Be("https://app.example.com");
        Header(response, "Access-Control-Allow-Methods").Should().Be("POST");
        Header(response, "Access-Control-Allow-Headers").Should().Be("authorization,content-type");
        Header(response, "Access-Control-Max-Age").Should().Be("3600");
    }

    [Theory]
    [InlineData("https://evil.example.com")]
    [InlineData("https://app.example.com.evil.example")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com:8443")]
    [InlineData("null")]
    [Trait("ASVS", "3.4.2")]
    public async Task No_other_origin_is_let_in_nor_reflected(string origin)
    {
        foreach (var response in new[]
        {
            await server.Api.SendFromAsync(origin, "GET", "/health/live"),
            await server.Api.AskFirstAsync(origin)
        })
        {
            response.Headers.Should().NotContain(header => header.Key.StartsWith("Access-Control-"));
        }
    }

    internal static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}

public sealed class ClosedCorsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "3.4.2")]
    public async Task Without_configuration_no_origin_is_let_in()
    {
        foreach (var response in new[]
        {
            await server.Api.SendFromAsync("https://app.example.com", "GET", "/health/live"),
            await server.Api.AskFirstAsync("https://app.example.com")
        })
        {
            response.Headers.Should().NotContain(header => header.Key.StartsWith("Access-Control-"));
        }
    }

    [Fact]
    public async Task Without_configuration_too_every_origin_may_read_the_public_documents() =>
        CorsTests.Header(await server.Api.SendFromAsync("https://app.example.com", "GET", "/.well-known/jwks.json"),
            "Access-Control-Allow-Origin").Should().Be("*");
}

public sealed class SingleOriginServer : TestServer
{
    public SingleOriginServer() => Settings["Server:CorsOrigins:0"] = "https://app.example.com";
}

public sealed class SingleOriginTests(SingleOriginServer server) : IClassFixture<SingleOriginServer>
{
    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData("https://evil.example.com")]
    [InlineData(null)]
    public async Task Caches_keep_answers_apart_with_a_single_origin_too(string? origin) =>
        CorsTests.Header(await server.Api.SendFromAsync(origin, "GET", "/health/live"), "Vary").Should().Be("Origin");
}

internal static class FromBrowser
{
    public static Task<HttpResponseMessage> SendFromAsync(this Api api, string? origin, string method, string path, string? body = null) =>
        api.SendAsync(new(method), path, body, adjust: request =>
        {
            if (origin is not null)
            {
                request.Headers.TryAddWithoutValidation("Origin", origin);
            }
        });

    public static Task<HttpResponseMessage> AskFirstAsync(this Api api, string origin) =>
        api.SendAsync(HttpMethod.Options, "auth/login", adjust: request =>
    {
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
    });
}
