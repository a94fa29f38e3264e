using AuthServer.Domain;

namespace AuthServer.Sessions.AccessTokens;

/// <summary>The claims of an access token about a person.</summary>
/// <param name="UserId">Becomes <c>sub</c>.</param>
/// <param name="TokenVersion">Becomes <c>ver</c>: incremented when anything else here changes.</param>
/// <param name="IsEmailVerified">Becomes <c>email_verified</c>.</param>
/// <param name="Roles">Becomes <c>role</c>: never <c>physician</c> without a verified licence.</param>
/// <param name="PhysicianId">Becomes <c>physician</c>: the professional profile, licensed or not.</param>
/// <param name="TenantId">Becomes <c>tenant</c>: the one active tenant.</param>
/// <param name="TenantRoles">Becomes <c>tenant_role</c>: the person's roles at that tenant; <c>role</c> has those of the platform.</param>
internal sealed record TokenSubject(
    Guid UserId, int TokenVersion, bool IsEmailVerified, IReadOnlyList<string> Roles, Guid? PhysicianId, Guid? TenantId,
    IReadOnlyList<string> TenantRoles)
{
    /// <summary>Leaves out roles that require a licence if there is no verified one.</summary>
    public static IReadOnlyList<string> Effective(IEnumerable<string> roles, bool isLicensed) =>
        [.. roles.Where(role => isLicensed || role != Role.Physician)];
}
