using System.Net;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Tokens are accepted in a single Authorization header and nowhere else.</summary>
public sealed class TokenTransportTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("access_token")]
    [InlineData("token")]
    [InlineData("bearer")]
    [Trait("ASVS", "14.2.1")]
    public async Task A_token_in_the_URL_is_not_looked_at(string parameter)
    {
        var person = await server.Api.RegisterAsync();

        await (await server.Api.GetAsync($"auth/me?{parameter}={person.AccessToken}")).ShouldBeProblemAsync(
            ErrorCodes.AuthenticationRequired);
    }

    [Fact]
    public async Task A_token_in_a_cookie_or_another_header_is_not_looked_at()
    {
        var person = await server.Api.RegisterAsync();

        await (await SendAsync(("Cookie", $"access_token={person.AccessToken}"))).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        await (await SendAsync(("X-Access-Token", person.AccessToken))).ShouldBeProblemAsync(ErrorCodes.AuthenticationRequired);
        await (await SendAsync(("Proxy-Authorization", $"Bearer {person.AccessToken}"))).ShouldBeProblemAsync(
            ErrorCodes.AuthenticationRequired);
    }

    [Fact]
    public async Task Two_authorization_headers_are_refused_even_with_one_token()
    {
        var (person, other) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());

        await (await SendAsync(
            ("Authorization", $"Bearer {person.AccessToken}"), ("Authorization", $"Bearer {other.AccessToken}"))).ShouldBeProblemAsync(
                ErrorCodes.InvalidToken);
        await (await SendAsync(
            ("Authorization", $"Bearer {person.AccessToken}"), ("Authorization", $"Bearer {person.AccessToken}"))).ShouldBeProblemAsync(
                ErrorCodes.InvalidToken);
        await (await SendAsync(("Authorization", $"Bearer {person.AccessToken}"), ("Authorization", "Basic Og=="))).ShouldBeProblemAsync(
            ErrorCodes.InvalidToken);
    }

    // RFC 9110 section 11.1: the scheme is case-insensitive.
    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task The_scheme_may_be_written_in_any_case(string scheme)
    {
        var person = await server.Api.RegisterAsync();

        await (await SendAsync(("Authorization", $"{scheme} {person.AccessToken}"))).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("Token {0}")]
    [InlineData("Basic {0}")]
    [InlineData("Bearer{0}")]
    [InlineData("Bearer")]
    public async Task Any_other_scheme_is_no_token(string header)
    {
        var person = await server.Api.RegisterAsync();

        await (await SendAsync(
            ("Authorization", header.Replace("{0}", person.AccessToken, StringComparison.Ordinal)))).ShouldBeProblemAsync(
                ErrorCodes.AuthenticationRequired);
    }

    [Fact]
    public async Task A_second_token_in_the_same_header_is_refused()
    {
        var person = await server.Api.RegisterAsync();

        await (await SendAsync(("Authorization", $"Bearer Bearer {person.AccessToken}"))).ShouldBeProblemAsync(ErrorCodes.InvalidToken);
        await (await SendAsync(("Authorization", $"Bearer {person.AccessToken}, Bearer {person.AccessToken}"))).ShouldBeProblemAsync(
            ErrorCodes.InvalidToken);
    }

    [Fact]
    public async Task A_huge_token_is_refused_before_anybody_reads_it()
    {
        await (await SendAsync(("Authorization", $"Bearer {new string('A', 10_000)}"))).ShouldBeProblemAsync(ErrorCodes.InvalidToken);

        (await SendAsync(("Authorization", $"Bearer {new string('A', 100_000)}"))).StatusCode.Should()
            .Be(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    // RFC 6750 section 3.1.
    [Fact]
    public async Task The_challenge_says_whether_there_was_a_token()
    {
        var without = await SendAsync();
        var with = await SendAsync(("Authorization", "Bearer rubbish"));

        without.Headers.WwwAuthenticate.ToString().Should().Be("Bearer");
        with.Headers.WwwAuthenticate.ToString().Should().Be("Bearer error=\"invalid_token\"");
    }

    private Task<HttpResponseMessage> SendAsync(params (string Name, string Value)[] headers) =>
        server.Api.SendAsync(HttpMethod.Get, "auth/me", adjust: request =>
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    });
}
