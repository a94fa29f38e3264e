using System.Diagnostics;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Requests that are too large, have too many headers or are too slow.</summary>
public sealed class RequestSizeTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string, int, string> Oversized => new()
    {
        { "65 headers", 431, string.Concat(Enumerable.Range(0, 64).Select(index => $"X-{index}: x\r\n")) },
        { "a header of 33 KB", 431, $"X-Long: {new string('x', 33 * 1024)}\r\n" },
        { "a cookie of 17 KB", 431, $"Cookie: a={new string('x', 17 * 1024)}\r\n" },
    };

    [Theory]
    [MemberData(nameof(Oversized))]
    public async Task Headers_beyond_the_limits_are_refused_and_the_connection_is_closed(string what, int status, string headers) =>
        RawHttp
            .Statuses(await RawHttp.ExchangeAsync(server.Api, $"GET /health/live HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"))
            .Should()
            .Equal([status], "of {0}", what);

    [Fact]
    public async Task A_request_line_beyond_8_KB_is_refused_and_the_connection_is_closed() =>
        RawHttp
            .Statuses(await RawHttp.ExchangeAsync(server.Api, $"GET /{new string('x', 9 * 1024)} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            .Should()
            .Equal(414);

    [Fact]
    public async Task Headers_within_the_limits_pass()
    {
        var headers = string.Concat(Enumerable.Range(0, 60).Select(index => $"X-{index}: {new string('x', 200)}\r\n"));

        RawHttp
            .Statuses(
                await RawHttp.ExchangeAsync(
                    server.Api, $"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"))
            .Should()
            .Equal(200);
    }

    // The only test that really takes ten seconds, because the timer is Kestrel's own.
    [Fact]
    public async Task A_client_that_does_not_finish_its_headers_is_cut_after_ten_seconds()
    {
        var started = Stopwatch.GetTimestamp();

        var answer = await RawHttp.ExchangeAsync(server.Api, "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");

        RawHttp.Statuses(answer).Should().Equal(408);
        Stopwatch.GetElapsedTime(started).Should().BeCloseTo(TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_beyond_64_KiB_is_refused_by_every_route_that_takes_one(bool isChunked)
    {
        var key = await server.MakeKeyAsync();
        // White space, so that nothing is wrong before the limit is reached.
        var body = new string(' ', 64 * 1024) + "{}";

        foreach (var route in Routes.WithJsonBody(server))
        {
            var response =
                await server.Api.SendAsWhoeverMayAsync(
                    route, body, key.Owner.AccessToken, key.Text, request => request.Headers.TransferEncodingChunked = isChunked);
            await response.ShouldBeProblemAsync(ErrorCodes.BodyTooLarge);
        }
    }

    [Fact]
    public async Task A_form_beyond_64_KiB_is_refused()
    {
        using var form = new FormUrlEncodedContent([new("username", "dana"), new("password", new string('x', 64 * 1024))]);

        await (await server.Api.Http.PostAsync("/api/v1/auth/login/form", form))
            .ShouldBeOAuthErrorAsync(ErrorCodes.BodyTooLarge, "invalid_request");
    }
}
