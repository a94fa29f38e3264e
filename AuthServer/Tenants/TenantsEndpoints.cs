using AuthServer.Http;

namespace AuthServer.Tenants;

/// <summary>Clinics and other organisations, what they chose for themselves, and the tenant one's own token is for.</summary>
internal static class TenantsEndpoints
{
    public static void AddTenants(this WebApplicationBuilder builder) => _ = builder.Services;

    public static void MapTenants(this IEndpointRouteBuilder api) => _ = api.MapGroup("/tenants").WithTags("Tenants").ValidatesRequests();
}
