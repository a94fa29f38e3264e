using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AuthServer.Platform.Web;

namespace AuthServer.Tests.Infrastructure;

internal static class ProblemAssertions
{
    /// <summary>Asserts that the response is this error, in the format of RFC 9457; returns the body.</summary>
    public static async Task<JsonObject> ShouldBeProblemAsync(this HttpResponseMessage response, ErrorCode error)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(error.Status, "the body was {0}", text);
        response.Content.Headers.ContentType?.MediaType.Should().Be("application/problem+json");
        response.Headers.CacheControl?.NoStore.Should().BeTrue();
        var body = JsonNode.Parse(text)!.AsObject();
        body["code"]!.GetValue<string>().Should().Be(error.Code);
        body["detail"]!.GetValue<string>().Should().NotBeNullOrWhiteSpace();
        body["status"]!.GetValue<int>().Should().Be(error.Status);
        body["trace_id"]!.GetValue<string>().Should().Be(response.Headers.GetValues("X-Request-ID").Single());
        return body;
    }

    /// <summary>Asserts that the response is this error, as the token endpoint says it (RFC 6749 section 5.2); returns the body.</summary>
    public static async Task<JsonObject> ShouldBeOAuthErrorAsync(this HttpResponseMessage response, ErrorCode error, string name)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(error.Status is 401 or 403 ? 400 : error.Status, "the body was {0}", text);
        response.Content.Headers.ContentType?.MediaType.Should().Be("application/json");
        response.Headers.CacheControl?.NoStore.Should().BeTrue();
        response.Headers.WwwAuthenticate.Should().BeEmpty("apps have no secret to authenticate with");
        var body = JsonNode.Parse(text)!.AsObject();
        body["error"]!.GetValue<string>().Should().Be(name);
        body["error_description"]!.GetValue<string>().Should().MatchRegex(@"^[\x20-\x21\x23-\x5B\x5D-\x7E]+$");
        body["code"]!.GetValue<string>().Should().Be(error.Code);
        body["trace_id"]!.GetValue<string>().Should().Be(response.Headers.GetValues("X-Request-ID").Single());
        return body;
    }

    /// <summary>The fields that the error names.</summary>
    public static IEnumerable<string> InvalidFields(this JsonNode problem) => problem["errors"]!.AsObject().Select(error => error.Key);

    public static async Task<JsonNode> ShouldBeAsync(this HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, "the body was {0}", text);
        return text.Length > 0 ? JsonNode.Parse(text)! : new JsonObject();
    }

    public static Task<JsonObject?> ReadJsonAsync(this HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonObject>();
}
