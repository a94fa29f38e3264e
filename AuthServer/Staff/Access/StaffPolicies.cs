using Microsoft.AspNetCore.Authorization;

namespace AuthServer.Staff.Access;

/// <summary>Authorization policies of staff routes.</summary>
internal static class StaffPolicies
{
    /// <summary>Administrators and support, of the platform or of the token's tenant.</summary>
    public const string Staff = "staff";

    /// <summary>Administrators, of the platform or of the token's tenant.</summary>
    public const string Administration = "administration";

    public static void AddStaffPolicies(this WebApplicationBuilder builder) => builder.Services.Configure<AuthorizationOptions>(options =>
    {
        options.AddPolicy(
            Staff, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => StaffMember.Of(context.User) is not null));
        options.AddPolicy(
            Administration,
            policy => policy.RequireAuthenticatedUser().RequireAssertion(context => StaffMember.Of(context.User) is { IsAdmin: true }));
    });
}
