using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuthServer.Tests.Infrastructure;

/// <summary>A client app: speaks HTTP and JSON, and knows nothing of the server's internals.</summary>
public sealed class Api(HttpClient http)
{
    public const string Password = "correct horse battery";

    private static int _people;

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public HttpClient Http => http;

    /// <summary>An unused address.</summary>
    public static string NewEmail() => $"person{Interlocked.Increment(ref _people)}@example.com";

    /// <summary>Sends JSON: an anonymous object, or a string as it is.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body = null, string? bearer = null, Action<HttpRequestMessage>? adjust = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/api/v1/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(
                body as string ?? JsonSerializer.Serialize(body, SnakeCase), Encoding.UTF8, "application/json");
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        adjust?.Invoke(request);
        return await http.SendAsync(request);
    }

    /// <summary>A change as RFC 7396 has it, where null clears; <c>application/json</c> does not.</summary>
    public Task<HttpResponseMessage> MergeAsync(string path, object body, string? bearer) =>
        SendAsync(
            HttpMethod.Patch, path, body, bearer,
            request => request.Content!.Headers.ContentType = new("application/merge-patch+json"));

    public Task<HttpResponseMessage> GetAsync(string path, string? bearer = null) => SendAsync(HttpMethod.Get, path, null, bearer);

    public Task<HttpResponseMessage> PostAsync(
        string path, object? body = null, string? bearer = null, Action<HttpRequestMessage>? adjust = null) =>
        SendAsync(HttpMethod.Post, path, body, bearer, adjust);

    /// <summary>Creates an account and returns its first session.</summary>
    public async Task<SignedIn> RegisterAsync(string? email = null, string password = Password, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { }, SnakeCase)!.AsObject();
        body["email"] = email ?? NewEmail();
        body["password"] = password;
        return await SignedIn.ReadAsync(await PostAsync("auth/register", body.ToJsonString()));
    }

    public async Task<SignedIn> LoginAsync(string name, string password = Password, string? deviceName = null) =>
        await SignedIn.ReadAsync(await PostAsync("auth/login", new { email = name, password, device_name = deviceName }));

    public Task<HttpResponseMessage> RefreshAsync(string refreshToken) => PostAsync("auth/refresh", new { refresh_token = refreshToken });
}

/// <summary>What an app stores after signing in.</summary>
public sealed record SignedIn(string AccessToken, string RefreshToken, int ExpiresIn, JsonNode? User)
{
    public Guid UserId => User!["id"]!.GetValue<Guid>();

    public string Email => User!["email"]!.GetValue<string>();

    /// <summary>The claims of the access token, read without verification.</summary>
    public JsonObject Claims => Jwt.Payload(AccessToken);

    public Guid SessionId => Claims["sid"]!.GetValue<Guid>();

    public static async Task<SignedIn> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.Should().BeTrue("the answer was {0} {1}", (int)response.StatusCode, text);
        var json = JsonNode.Parse(text)!;
        return new(
            json["access_token"]!.GetValue<string>(), json["refresh_token"]!.GetValue<string>(), json["expires_in"]!.GetValue<int>(),
            json["user"]);
    }
}
