using AuthServer.Http;

namespace AuthServer.Physicians;

/// <summary>People who treat: their profiles and their licences.</summary>
internal static class PhysiciansEndpoints
{
    public static void AddPhysicians(this WebApplicationBuilder builder) => _ = builder.Services;

    public static void MapPhysicians(this IEndpointRouteBuilder api) => _ = api.MapGroup("/physicians").WithTags("Physicians").ValidatesRequests();
}
