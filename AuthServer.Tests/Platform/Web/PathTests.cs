using System.Net;
using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>Paths that people and older apps try.</summary>
public sealed class PathTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("/auth/me")]
    [InlineData("/Auth/Me")]
    [InlineData("/api/auth/me")]
    [InlineData("/api/V1/auth/me")]
    [InlineData("/users/me")]
    [InlineData("/users?limit=1")]
    [InlineData("/tenants")]
    [InlineData("/api-keys")]
    [InlineData("/physicians")]
    [InlineData("/audit-events?limit=1")]
    [InlineData("/password-resets")]
    public async Task A_route_may_be_called_without_the_prefix(string path) =>
        await (await server.Api.GetAsync(path, (await server.SignInAsAsync(Role.Admin)).AccessToken)).ShouldBeAsync(200);

    [Fact]
    public async Task Health_without_the_prefix_stays_the_probe() =>
        (await server.Api.GetAsync("/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);

    [Theory]
    [InlineData("/", HttpStatusCode.Found, "/docs")]
    [InlineData("/redoc", HttpStatusCode.Found, "/docs")]
    [InlineData("/openapi.json", HttpStatusCode.Found, "/openapi/v1.json")]
    [InlineData("/.well-known/change-password", HttpStatusCode.SeeOther, "/account/forgotten-password")]
    public async Task What_people_and_tools_try_first_leads_where_it_belongs(string path, HttpStatusCode status, string target)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = server.Api.Http.BaseAddress };

        var response = await http.GetAsync(path);

        (response.StatusCode, response.Headers.Location?.ToString()).Should().Be((status, target));
        (await server.Api.GetAsync(target)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_operator_can_switch_the_reference_off()
    {
        await using var closed = await StartedServer.StartAsync(adjust: settings => settings["Docs:Enabled"] = "false");

        foreach (var path in new[] { "/", "/docs", "/docs/docs.js", "/redoc", "/openapi.json", "/openapi/v1.json" })
        {
            (await closed.Api.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound, "of {0}", path);
        }
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    public async Task The_description_is_compressed_for_whoever_can_read_it(string accepted, string? encoding)
    {
        var response = await server.Api.SendAsync(
            HttpMethod.Get, "/openapi/v1.json", adjust: request => request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted));

        response.Content.Headers.ContentEncoding.Should().Equal(encoding is null ? [] : [encoding]);
        response.Headers.Vary.Should().Contain("Accept-Encoding");
        var sent = await response.Content.ReadAsByteArrayAsync();
        await using Stream plain = encoding switch
        {
            "br" => new System.IO.Compression.BrotliStream(new MemoryStream(sent), System.IO.Compression.CompressionMode.Decompress),
            "gzip" => new System.IO.Compression.GZipStream(new MemoryStream(sent), System.IO.Compression.CompressionMode.Decompress),
            _ => new MemoryStream(sent),
        };
        using var reader = new StreamReader(plain);
        var text = await reader.ReadToEndAsync();
        text.Should().Be(await server.Api.Http.GetStringAsync("/openapi/v1.json"));
        sent.Length.Should().BeLessThan(encoding is null ? int.MaxValue : text.Length / 5);
    }

    [Fact]
    public async Task Nothing_with_a_secret_in_it_is_compressed()
    {
        var response = await server.Api.PostAsync(
            "auth/login", new { email = (await server.Api.RegisterAsync()).Email, password = Api.Password },
            adjust: request => request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br"));

        response.Content.Headers.ContentEncoding.Should().BeEmpty();
    }
}
