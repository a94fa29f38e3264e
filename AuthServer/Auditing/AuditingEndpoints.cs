namespace AuthServer.Auditing;

/// <summary>The audit log, for those who may read it: searched a page at a time, or streamed whole.</summary>
internal static class AuditingEndpoints
{
    public static void AddAuditing(this WebApplicationBuilder builder) => _ = builder;

    public static void MapAuditing(this IEndpointRouteBuilder api) => _ = api;
}
