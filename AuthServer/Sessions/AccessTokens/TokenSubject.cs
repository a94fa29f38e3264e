using AuthServer.Domain;

namespace AuthServer.Sessions.AccessTokens;

/// <summary>What an access token says about a person at this moment.</summary>
/// <param name="UserId">Becomes <c>sub</c>.</param>
/// <param name="TokenVersion">Becomes <c>ver</c>: raised when anything else here changes.</param>
/// <param name="IsEmailVerified">Becomes <c>email_verified</c>.</param>
/// <param name="Roles">Becomes <c>role</c>: never <c>physician</c> without a verified licence.</param>
/// <param name="PhysicianId">Becomes <c>physician</c>: the professional profile, licensed or not.</param>
/// <param name="TenantId">Becomes <c>tenant</c>: the one active tenant.</param>
/// <param name="TenantRoles">Becomes <c>tenant_role</c>: what the person is there, apart from what they are everywhere.</param>
internal sealed record TokenSubject(
    Guid UserId, int TokenVersion, bool IsEmailVerified, IReadOnlyList<string> Roles, Guid? PhysicianId, Guid? TenantId,
    IReadOnlyList<string> TenantRoles)
{
    /// <summary>Leaves out what needs a licence where there is no verified one.</summary>
    public static IReadOnlyList<string> Effective(IEnumerable<string> roles, bool isLicensed) =>
        [.. roles.Where(role => isLicensed || role != Role.Physician)];
}
