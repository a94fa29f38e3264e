using AuthServer.Compliance.DataRights;
using AuthServer.Compliance.Erasure;

namespace AuthServer.Compliance;

/// <summary>
/// What the law asks for: a copy of one's data, and the end of an account.
/// </summary>
internal static class ComplianceWing
{
    public static void AddCompliance(this WebApplicationBuilder builder)
    {
        builder.AddErasure();
        builder.AddDataRights();
    }

    public static void MapCompliance(this IEndpointRouteBuilder api)
    {
        api.MapDataRights();
    }
}
