using System.Text.Json;
using System.Text.Json.Nodes;
using AuthServer.Domain;

namespace AuthServer.Tests.Infrastructure;

/// <summary>API keys, and services that use them.</summary>
internal static class Keys
{
    public const string Header = "X-API-Key";

    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static int _made;

    /// <summary>An unused name.</summary>
    public static string NewName() => $"service-{Interlocked.Increment(ref _made)}";

    /// <summary>Requests a key, by default with a new name and all scopes.</summary>
    public static Task<HttpResponseMessage> AskForKeyAsync(this TestServer server, SignedIn admin, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { }, SnakeCase)!.AsObject();
        body["name"] ??= NewName();
        body["scopes"] ??= JsonSerializer.SerializeToNode(AuthServer.Platform.Authorization.Scopes.All);
        return server.Api.PostAsync("api-keys", body.ToJsonString(), admin.AccessToken);
    }

    public static async Task<Key> MakeKeyAsync(this TestServer server, SignedIn admin, object? more = null)
    {
        var made = await (await server.AskForKeyAsync(admin, more)).ShouldBeAsync(201);
        return new(made["id"]!.GetValue<Guid>(), made["key"]!.GetValue<string>(), admin);
    }

    /// <summary>A platform key of a new administrator.</summary>
    public static async Task<Key> MakeKeyAsync(this TestServer server, params string[] scopes) =>
        await server.MakeKeyAsync(await server.SignInAsAsync(Role.Admin), scopes.Length == 0 ? null : new { scopes });

    public static Task<HttpResponseMessage> SendWithKeyAsync(
        this Api api, HttpMethod method, string path, string key, object? body = null) =>
        api.SendAsync(method, path, body, adjust: request => request.Headers.TryAddWithoutValidation(Header, key));

    /// <summary>Sends with an access token, or with a key on the one route that only accepts keys.</summary>
    public static Task<HttpResponseMessage> SendAsWhoeverMayAsync(
        this Api api, Route route, string body, string bearer, string key, Action<HttpRequestMessage> adjust) =>
        route.Path.EndsWith("/auth/token", StringComparison.Ordinal)
            ? api.SendAsync(
                route.Method, route.Path, body, adjust: adjust + (request => request.Headers.TryAddWithoutValidation(Header, key)))
            : api.SendAsync(route.Method, route.Path, body, bearer, adjust);

    public static Task<HttpResponseMessage> GetWithKeyAsync(this Api api, string path, string key) =>
        api.SendWithKeyAsync(HttpMethod.Get, path, key);

    /// <summary>Exchanges a key for an access token.</summary>
    public static async Task<string> ExchangeAsync(this Api api, string key, params string[] scopes) =>
        (await (await api.SendWithKeyAsync(HttpMethod.Post, "auth/token", key, scopes.Length == 0 ? null : new { scopes })).ShouldBeAsync(
            200))["access_token"]!.GetValue<string>();

    public static Task<HttpResponseMessage> SetRolesAsync(this Api api, SignedIn admin, Guid person, object body) =>
        api.SendAsync(HttpMethod.Put, $"users/{person}/roles", body, admin.AccessToken);

    public static Task<JsonNode> KeyRowAsync(this TestServer server, Key key) => server.KeyRowAsync(key.Id);

    public static async Task<JsonNode> KeyRowAsync(this TestServer server, Guid id) =>
        JsonNode.Parse(await server.Database.QueryAsync<string>("SELECT to_json(k)::text FROM api_keys k WHERE id = @id", ("id", id)))!;

    /// <summary>The audit events of this type about a key.</summary>
    public static Task<string> KeyAuditAsync(this TestServer server, string type, Key key) => server.Database.QueryAsync<string>(
        "SELECT coalesce(string_agg(concat_ws('|', outcome, actor_id, tenant_id, reason, detail), E'\n' ORDER BY id), '') FROM "
            + "audit_events WHERE type = @type AND subject_id = @key", ("type", type), ("key", key.Id));
}

/// <summary>A key and its owner.</summary>
internal sealed record Key(Guid Id, string Text, SignedIn Owner);
