using System.IO.Compression;
using System.Text;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

/// <summary>Malformed bodies at two routes that anybody can call.</summary>
public sealed class BadBodyTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Routes = ["auth/register", "auth/login"];

    [Theory]
    [InlineData("{\"email\":\"a@example.com\"")]
    [InlineData("{\"email\":NaN}")]
    [InlineData("{\"email\":Infinity}")]
    [InlineData("{\"email\":01}")]
    [InlineData("{\"email\":\"a\tb\"}")]
    [InlineData("\u0000")]
    public async Task What_only_resembles_json_is_malformed(string body)
    {
        foreach (var route in Routes)
        {
            await (await PostAsync(route, Encoding.UTF8.GetBytes(body))).ShouldBeProblemAsync(ErrorCodes.MalformedJson);
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-0")]
    [InlineData("1e400")]
    [InlineData("9223372036854775808")]
    [InlineData("true")]
    [InlineData("[\"victim@example.com\",\"evil@example.com\"]")]
    [InlineData("{\"address\":\"victim@example.com\"}")]
    [InlineData("\"\\ud800@example.com\"")]
    public async Task A_member_of_the_wrong_type_is_named(string email)
    {
        foreach (var route in Routes)
        {
            var problem =
                await (await PostAsync(
                    route, Encoding.UTF8.GetBytes($"{{\"email\":{email},\"password\":\"{Api.Password}\"}}"))).ShouldBeProblemAsync(
                        ErrorCodes.ValidationFailed);

            problem.InvalidFields().Should().Contain("email");
        }
    }

    [Fact]
    public async Task A_physician_profile_that_is_no_object_is_named()
    {
        var response = await server.Api.PostAsync("auth/register", """{"role":"physician","physician":"me"}""");

        (await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed))["errors"]!
            .AsObject()
            .Select(error => error.Key)
            .Should()
            .Equal("physician");
    }

    [Theory]
    [InlineData("C328")]
    [InlineData("C080")]
    [InlineData("FF")]
    [InlineData("EDA080")]
    [InlineData("F5808080")]
    public async Task Bytes_that_are_no_utf8_are_refused(string hex)
    {
        foreach (var route in Routes)
        {
            byte[] body = [.. "{\"email\":\""u8, .. Convert.FromHexString(hex), .. "@example.com\",\"password\":\"plum tree waltz\"}"u8];

            ((int)(await PostAsync(route, body)).StatusCode).Should().Be(400);
        }
    }

    [Theory]
    [InlineData("[", 10_000)]
    [InlineData("{\"a\":", 10_000)]
    [InlineData("{\"email\":[", 65)]
    public async Task What_is_nested_without_end_is_refused(string opening, int depth)
    {
        foreach (var route in Routes)
        {
            ((int)(await PostAsync(route, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, depth))))).StatusCode).Should()
                .Be(400);
        }
    }

    [Fact]
    public async Task Thousands_of_members_are_refused_at_the_first_unknown_one()
    {
        var body = Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 5000).Select(key => $"\"k{key}\":1"))}}}");

        foreach (var route in Routes)
        {
            (await (await PostAsync(route, body)).ShouldBeProblemAsync(ErrorCodes.UnknownField))["errors"]!
                .AsObject()
                .Select(error => error.Key)
                .Should()
                .Equal("k0");
        }
    }

    [Fact]
    public async Task A_compressed_bomb_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[1_000_000]);
        }

        foreach (var route in Routes)
        {
            var response = await PostAsync(route, packed.ToArray(), content => content.Headers.ContentEncoding.Add("gzip"));

            await response.ShouldBeProblemAsync(ErrorCodes.UnsupportedMediaType);
        }
    }

    private Task<HttpResponseMessage> PostAsync(string path, byte[] body, Action<HttpContent>? adjust = null) =>
        server.Api.PostAsync(path, adjust: request =>
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
            adjust?.Invoke(request.Content);
        });
}
