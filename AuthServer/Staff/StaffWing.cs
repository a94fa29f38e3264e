using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Staff.ApiKeys;
using AuthServer.Staff.AuditSearch;
using AuthServer.Staff.Invitations;
using AuthServer.Staff.Physicians;
using AuthServer.Staff.Statistics;
using AuthServer.Staff.Support;
using AuthServer.Staff.Tenants;
using AuthServer.Staff.Users;

namespace AuthServer.Staff;

/// <summary>People who act on behalf of others. They reach every row through StaffScope, which limits it to their tenant.</summary>
internal static class StaffWing
{
    public static void AddStaff(this WebApplicationBuilder builder)
    {
        builder.AddStaffPolicies();
        builder.Services.AddScoped<DeniedActionAudit>();
        builder.AddUsers();
        builder.AddInvitations();
        builder.AddStatistics();
        builder.AddSupport();
        builder.AddTenants();
        builder.AddPhysicians();
        builder.AddApiKeys();
        builder.AddAuditing();
    }

    public static void MapStaff(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users").ValidatesRequests();
        users.MapUsers();
        users.MapInvitations();
        users.MapStatistics();
        api.MapSupport();
        api.MapTenants();
        api.MapPhysicians();
        api.MapApiKeys();
        api.MapAuditing();
    }
}
