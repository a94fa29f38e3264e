using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Variants of a path either do not exist or are protected in the same way.</summary>
public sealed class PathVariantTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("/api/v1/auth/me/")]
    [InlineData("/api/v1/auth//me")]
    [InlineData("//api//v1//auth//me")]
    [InlineData("/API/V1/AUTH/ME")]
    [InlineData("/Api/auth/me")]
    [InlineData("/api/v1/auth/%6de")]
    [InlineData("/api/v1/auth%2fme")]
    [InlineData("/api/v1/auth%5cme")]
    [InlineData("/api/v1/auth\\me")]
    [InlineData("/api/v1/auth/me;x=1")]
    [InlineData("/api/v1/auth/me%00")]
    [InlineData("/api/v1/auth/me%20")]
    [InlineData("/api/v1/auth/me.json")]
    [InlineData("/api/v1/auth/./me")]
    [InlineData("/api/v1/health/../auth/me")]
    [InlineData("/health/../api/v1/auth/me")]
    [InlineData("/docs/%2e%2e/api/v1/auth/me")]
    [InlineData("/api/v1/health/..%2fauth/me")]
    [InlineData("/api/v1/v1/auth/me")]
    [InlineData("/api//auth/me")]
    [InlineData("http://localhost/api/v1/auth/me")]
    [InlineData("http://evil.example/api/v1/auth/me")]
    [InlineData("/admin%5c..")]
    [InlineData("/auth/me")]
    [InlineData("/AUTH/me/")]
    [InlineData("/auth//me")]
    [InlineData("//auth/me")]
    [InlineData("/auth/./me")]
    [InlineData("/docs/../auth/me")]
    [InlineData("/%61uth/me")]
    [InlineData("/auth%2fme")]
    [InlineData("/v1/auth/me")]
    [InlineData("/auth/api/v1/auth/me")]
    [Trait("ASVS", "8.3.1")]
    public async Task No_spelling_of_a_protected_path_goes_round_the_token(string target)
    {
        var answer = await RawHttp.ExchangeAsync(server.Api, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        RawHttp
            .Statuses(answer)
            .Should()
            .ContainSingle().Which
            .Should()
            .BeOneOf([400, 401, 404], "of {0}; the answer was {1}", target, answer);
    }
}

public sealed class LimitedServer : TestServer
{
    public LimitedServer() => Settings["RateLimits:FailedSignInsPerMinute"] = "3";
}

public sealed class PathVariantLimitTests(LimitedServer server) : IClassFixture<LimitedServer>
{
    [Fact]
    [Trait("ASVS", "6.3.1")]
    public async Task All_spellings_of_sign_in_share_one_limit()
    {
        foreach (var path in new[] { "/auth/login", "/api/auth/login", "/api/v1/Auth/Login/" })
        {
            (await AnswerAsync(path)).Should().Be(401);
        }

        foreach (var path in new[]
        {
            "/api/v1/auth/login",
            "/api/auth/login",
            "/api/v1/auth/%6cogin",
            "/api/v1/auth/LOGIN",
            "/api/v1/auth/login/",
            "/auth/login",
            "/Auth/Login/"
        })
        {
            (await AnswerAsync(path)).Should().Be(429);
        }
    }

    private async Task<int> AnswerAsync(string path) =>
        (int)(await server.Api.PostAsync(path, new { email = Api.NewEmail(), password = "not the password" })).StatusCode;
}
