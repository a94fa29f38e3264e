using AuthServer.Http;

namespace AuthServer.Support;

/// <summary>Helping people back into their accounts, without power over them.</summary>
internal static class SupportEndpoints
{
    public static void AddSupport(this WebApplicationBuilder builder) => _ = builder.Services;

    public static void MapSupport(this IEndpointRouteBuilder api) => _ = api.MapGroup("/users").WithTags("Support").ValidatesRequests();
}
