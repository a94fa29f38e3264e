using Microsoft.Extensions.Primitives;

namespace AuthServer.Sessions.ApiKeys;

/// <summary>Where a request can carry an API key: <c>X-API-Key</c>, or <c>Authorization: ApiKey …</c>.</summary>
internal static class ApiKeyHeaders
{
    public const string Scheme = "ApiKey";

    private const string Header = "X-API-Key";

    public static bool AreSent(HttpRequest request) => request.Headers.ContainsKey(Header) || HaveKey(request.Headers.Authorization);

    /// <summary>
    /// The only key; null if there is a second one or also an access token, because it would be unclear which counts.
    /// </summary>
    public static string? Single(HttpRequest request) => (request.Headers[Header], request.Headers.Authorization) switch
    {
        ({ Count: 1 } key, { Count: 0 }) => key.ToString(),
        ({ Count: 0 }, { Count: 1 } authorization) when IsKey(authorization) => authorization.ToString()[Scheme.Length..].Trim(' '),
        _ => null,
    };

    // Called for every request: LINQ over the values would allocate.
    private static bool HaveKey(StringValues authorizations)
    {
        foreach (var authorization in authorizations)
        {
            if (IsKey(authorization))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsKey(string? authorization) =>
        authorization is not null
            && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && (authorization.Length == Scheme.Length || authorization[Scheme.Length] == ' ');

    private static bool IsKey(StringValues authorization) => IsKey(authorization.ToString());
}
