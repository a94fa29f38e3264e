namespace AuthServer.DataRights;

/// <summary>What the law gives people over their own data: a copy of everything held, and its erasure.</summary>
internal static class DataRightsEndpoints
{
    public static void AddDataRights(this WebApplicationBuilder builder) => _ = builder;

    public static void MapDataRights(this IEndpointRouteBuilder api) => _ = api;
}
