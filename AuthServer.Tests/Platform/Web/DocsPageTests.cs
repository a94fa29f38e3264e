using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

public sealed partial class DocsPageTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    [Trait("ASVS", "3.4.3")]
    public async Task The_page_may_load_from_its_own_origin_only_and_each_answer_has_a_nonce_of_its_own()
    {
        var (first, second) = (await server.Api.GetAsync("/docs"), await server.Api.GetAsync("/docs"));

        first.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().ContainAll(
            "default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'",
            "base-uri 'none'");
        policy.Should().NotContainAny("http:", "https:", "*", "unsafe-eval", "script-src 'unsafe-inline'");
        var nonce = Nonce().Match(policy).Value;
        (await first.Content.ReadAsStringAsync()).Should().Contain(nonce);
        second.Headers.GetValues("Content-Security-Policy").Single().Should().NotContain(nonce);
        (await first.Content.ReadAsStringAsync()).Should().NotContainAny("http://", "https://");
    }

    [Fact]
    public async Task The_script_has_a_versioned_name_is_kept_for_a_year_and_is_the_same_compressed_and_plain()
    {
        var page = await server.Api.Http.GetStringAsync("/docs");
        var path = ScriptPath().Match(page).Value;

        var plain = await server.Api.GetAsync(path);
        var compressed =
            await server.Api.SendAsync(HttpMethod.Get, path, adjust: request => request.Headers.Add("Accept-Encoding", "gzip, br"));

        plain.Content.Headers.ContentEncoding.Should().BeEmpty();
        compressed.Content.Headers.ContentEncoding.Should().Equal("gzip");
        foreach (var answer in new[] { plain, compressed })
        {
            answer.Content.Headers.ContentType!.MediaType.Should().Be("text/javascript");
            answer.Headers.CacheControl!.ToString().Should().Be("public, max-age=31536000, immutable");
            answer.Headers.Vary.Should().Equal("Accept-Encoding");
        }

        await using var inflated = new GZipStream(await compressed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(inflated);
        (await reader.ReadToEndAsync()).Should().HaveLength((await plain.Content.ReadAsStringAsync()).Length);
    }

    [Fact]
    public async Task A_browser_that_has_the_script_is_not_sent_it_again()
    {
        var path = ScriptPath().Match(await server.Api.Http.GetStringAsync("/docs")).Value;
        var tag = (await server.Api.GetAsync(path)).Headers.ETag!;

        var response = await server.Api.SendAsync(HttpMethod.Get, path, adjust: request => request.Headers.IfNoneMatch.Add(tag));

        response.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [GeneratedRegex("(?<=nonce-)[A-Za-z0-9+/=]{24}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Nonce();

    [GeneratedRegex(@"/docs/scalar-[\d.]+\.js", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ScriptPath();
}
