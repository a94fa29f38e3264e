using AuthServer.Compliance.DataRights;
using AuthServer.Compliance.Erasure;

namespace AuthServer.Compliance;

/// <summary>What the law requires: copies of personal data and the erasure of accounts.</summary>
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
