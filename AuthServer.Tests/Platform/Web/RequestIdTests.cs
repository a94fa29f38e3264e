using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

public sealed class RequestIdTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("12345678")]
    [InlineData("A-request_id-09")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_sensible_request_id_comes_back(string sent)
    {
        var response = await GetAsync(sent);

        response.Headers.GetValues("X-Request-ID").Should().Equal(sent);
        (await response.ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired))["trace_id"]!.GetValue<string>().Should().Be(sent);
    }

    [Theory]
    [Trait("ASVS", "16.4.1")]
    [InlineData("")]
    [InlineData("1234567")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData("with spaces in it")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"}{\"fake\":true")]
    [InlineData("../../etc/passwd")]
    [InlineData("first-id-1,second-id-2")]
    [InlineData("cli-4f1a2b3c4d5e6f708192a3b4c5d6e7f8")]
    [InlineData("CLI-by-the-operator")]
    public async Task Any_other_request_id_is_replaced(string sent)
    {
        var response = await GetAsync(sent);

        response.Headers.GetValues("X-Request-ID").Should().ContainSingle().Which.Should().NotBe(sent).And.MatchRegex("^[0-9a-f]{32}$");
    }

    [Fact]
    public async Task Two_request_ids_are_none()
    {
        var response =
            await server.Api.SendAsync(
                HttpMethod.Get, "auth/me", adjust: request => request.Headers.Add("X-Request-ID", ["first-id-1", "second-id-2"]));

        response.Headers.GetValues("X-Request-ID").Should().ContainSingle().Which.Should().MatchRegex("^[0-9a-f]{32}$");
    }

    [Fact]
    public async Task Every_request_has_an_id_of_its_own()
    {
        var ids =
            await Task.WhenAll(
                Enumerable.Range(
                    0, 20).Select(async _ => (await server.Api.GetAsync("auth/me")).Headers.GetValues("X-Request-ID").Single()));

        ids.Should().OnlyHaveUniqueItems();
    }

    private Task<HttpResponseMessage> GetAsync(string requestId) =>
        server.Api.SendAsync(
            HttpMethod.Get, "auth/me", adjust: request => request.Headers.TryAddWithoutValidation("X-Request-ID", requestId));
}
