using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

public sealed class ResponseHeaderTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string, string, string?> AnyAnswer => new()
    {
        { "GET", "/health/live", null },
        { "GET", "/.well-known/jwks.json", null },
        { "GET", "/openapi/v1.json", null },
        { "GET", "/docs", null },
        { "GET", "/nowhere", null },
        { "DELETE", "/health", null },
        { "GET", "/api/v1/auth/me", null },
        { "POST", "/api/v1/auth/login", "{" },
        { "POST", "/api/v1/auth/login", """{"username":"nobody","password":"not the password"}""" },
        { "POST", "/api/v1/auth/register", """{"email":"nobody"}""" },
    };

    [Theory]
    [MemberData(nameof(AnyAnswer))]
    [Trait("ASVS", "3.4.4")]
    public async Task Every_answer_keeps_browsers_from_guessing_framing_and_telling(string method, string path, string? body)
    {
        var response = await server.Api.SendAsync(new(method), path, body);

        Single(response, "X-Content-Type-Options").Should().Be("nosniff");
        Single(response, "X-Frame-Options").Should().Be("DENY");
        Single(response, "Referrer-Policy").Should().Be("no-referrer");
        Single(response, "Content-Security-Policy")
            .Should()
            .Contain("default-src 'none'").And
            .Contain("frame-ancestors 'none'").And
            .NotContain("unsafe-eval");
        Single(response, "Cross-Origin-Resource-Policy").Should()
            .Be(path.StartsWith("/.well-known", StringComparison.Ordinal) ? "cross-origin" : "same-origin");
        Single(response, "X-Request-ID").Should().MatchRegex("^[0-9a-f]{32}$");
        response.Headers.Select(header => header.Key).Should().NotContain(["Server", "X-Powered-By", "Server-Timing"]);
    }

    [Fact]
    public async Task How_long_an_answer_took_is_told_in_Development_alone()
    {
        await using var development = await StartedServer.StartAsync("Development");

        var response = await development.Api.GetAsync("/health/live");

        Single(response, "Server-Timing").Should().MatchRegex(@"^app;dur=\d+(\.\d+)?$");
    }

    [Theory]
    [MemberData(nameof(AnyAnswer))]
    [Trait("ASVS", "14.3.2")]
    public async Task Nothing_is_stored_but_what_is_the_same_for_everybody(string method, string path, string? body)
    {
        var response = await server.Api.SendAsync(new(method), path, body);

        var isForEverybody = path.StartsWith("/.well-known", StringComparison.Ordinal);
        response.Headers.CacheControl!.NoStore.Should().Be(!isForEverybody);
        response.Headers.CacheControl.MaxAge.Should().Be(isForEverybody ? TimeSpan.FromMinutes(5) : null);
    }

    [Theory]
    [InlineData("12345678")]
    [InlineData("A-Za-z0-9_-")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task A_fit_request_id_comes_back(string sent) => (await AnsweredAsync(sent)).Should().Be(sent);

    [Theory]
    [InlineData("1234567")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0")]
    [InlineData("has a space")]
    [InlineData("semi;colon")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"quoted-id\"")]
    [InlineData("%0d%0aX-Evil:1")]
    [InlineData("")]
    [Trait("ASVS", "16.4.1")]
    public async Task An_unfit_request_id_is_replaced(string sent) =>
        (await AnsweredAsync(sent)).Should().NotBe(sent).And.MatchRegex("^[0-9a-f]{32}$");

    [Fact]
    public async Task Two_request_ids_are_none()
    {
        var response =
            await server.Api.SendAsync(
                HttpMethod.Get, "/health/live",
                adjust: request => request.Headers.Add("X-Request-ID", ["first-of-two", "second-of-two"]));

        Single(response, "X-Request-ID").Should().MatchRegex("^[0-9a-f]{32}$");
    }

    private async Task<string> AnsweredAsync(string sent) =>
        Single(
            await server.Api.SendAsync(
                HttpMethod.Get, "/nowhere", adjust: request => request.Headers.TryAddWithoutValidation("X-Request-ID", sent)),
            "X-Request-ID");

    private static string Single(HttpResponseMessage response, string name) =>
        response.Headers.GetValues(name).Should().ContainSingle().Subject;
}
