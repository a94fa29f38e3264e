using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// Requests that two parsers could interpret differently: each gets one response, and nothing after it is read as a second request.
/// </summary>
public sealed class RequestSmugglingTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Smuggled = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Post = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    public static TheoryData<string, string> Ambiguous => new()
    {
        { "Content-Length and Transfer-Encoding", $"{Post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "two different Content-Lengths", $"{Post}Content-Length: 2\r\nContent-Length: 80\r\n\r\n{{}}{Smuggled}" },
        { "a list of Content-Lengths", $"{Post}Content-Length: 2, 2\r\n\r\n{{}}{Smuggled}" },
        { "an empty Content-Length", $"{Post}Content-Length:\r\n\r\n{{}}{Smuggled}" },
        { "a negative Content-Length", $"{Post}Content-Length: -2\r\n\r\n{{}}{Smuggled}" },
        { "a bare LF in a chunk extension", $"{Post}Transfer-Encoding: chunked\r\n\r\n2;x\n{{}}\r\n0\r\n\r\n{Smuggled}" },
        { "a bare CR in a chunk extension", $"{Post}Transfer-Encoding: chunked\r\n\r\n2;x\rX\r\n{{}}\r\n0\r\n\r\n{Smuggled}" },
        { "a chunk longer than it says", $"{Post}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}GET\r\n0\r\n\r\n{Smuggled}" },
        { "a chunk size that is none", $"{Post}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{{}}\r\n0\r\n\r\n{Smuggled}" },
        { "a chunk size beyond all bounds", $"{Post}Transfer-Encoding: chunked\r\n\r\n100000000000000002\r\n{{}}\r\n0\r\n\r\n{Smuggled}" },
        { "chunked twice", $"{Post}Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{Smuggled}" },
        { "an unknown Transfer-Encoding", $"{Post}Transfer-Encoding: xchunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{Smuggled}" },
        { "chunked that is not last", $"{Post}Transfer-Encoding: chunked, gzip\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{Smuggled}" },
        { "a folded header", $"{Post}Content-Length:\r\n 2\r\n\r\n{{}}{Smuggled}" },
        { "a space before the colon", $"{Post}Content-Length : 2\r\n\r\n{{}}{Smuggled}" },
        { "a header without a name", $"{Post}: 2\r\n\r\n{{}}{Smuggled}" },
        { "lines that end with a bare LF",
            $"{(Post + "Content-Length: 2\r\n\r\n").Replace("\r\n", "\n", StringComparison.Ordinal)}{{}}{Smuggled}" },
        { "a bare CR in a header", $"{Post}X-Other: a\rContent-Length: 2\r\n\r\n{Smuggled}" },
        { "a NUL in a header", $"{Post}X-Other: a\0b\r\nContent-Length: 2\r\n\r\n{{}}{Smuggled}" },
        { "two hosts", $"GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n{Smuggled}" },
        { "no host", $"GET /health/live HTTP/1.1\r\n\r\n{Smuggled}" },
        { "a space in the target", $"GET /health/live HTTP/1.1 x HTTP/1.1\r\nHost: localhost\r\n\r\n{Smuggled}" },
    };

    [Theory]
    [MemberData(nameof(Ambiguous))]
    [Trait("ASVS", "4.2.1")]
    public async Task An_ambiguous_request_gets_one_400_and_the_connection_is_closed(string what, string request)
    {
        var answer = await RawHttp.ExchangeAsync(server.Api, request);

        RawHttp.Statuses(answer).Should().Equal([400], "of {0}; the answer was {1}", what, answer);
    }
}
