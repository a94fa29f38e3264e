namespace AuthServer.ApiKeys;

/// <summary>What services sign in with.</summary>
internal static class ApiKeysEndpoints
{
    public static void AddApiKeys(this WebApplicationBuilder builder) => _ = builder;

    public static void MapApiKeys(this IEndpointRouteBuilder api) => _ = api;
}
