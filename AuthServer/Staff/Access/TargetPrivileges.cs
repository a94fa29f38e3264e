using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Access;

/// <summary>The roles of a person that staff act on, which decide who may do so.</summary>
/// <param name="PlatformRoles">On the whole platform.</param>
/// <param name="TenantRoles">At any tenant.</param>
/// <param name="IsKnownElsewhere">Whether they belong to a tenant other than the actor's.</param>
internal sealed record TargetPrivileges(IReadOnlyList<string> PlatformRoles, IReadOnlyList<string> TenantRoles, bool IsKnownElsewhere)
{
    /// <summary>Whether they own the API key that acts.</summary>
    public bool AnswersForKey { get; init; }

    public bool IsPlatformAdmin => Has(PlatformRoles, Role.Admin);

    public bool IsPlatformStaff => IsPlatformAdmin || Has(PlatformRoles, Role.Support);

    public bool IsAdmin => IsPlatformAdmin || Has(TenantRoles, Role.Admin);

    public bool IsSupport => Has(PlatformRoles, Role.Support) || Has(TenantRoles, Role.Support);

    public bool IsPhysician => Has(PlatformRoles, Role.Physician) || Has(TenantRoles, Role.Physician);

    /// <summary>Whether the account gives more than access to its owner's own data.</summary>
    public bool HasPower => IsAdmin || IsSupport || IsPhysician;

    /// <summary>Why this member of staff may not change the account itself (disable, rename, delete); null if they may.</summary>
    public ErrorCode? RefusesAdministrationBy(StaffMember staff) =>
        !staff.IsAdmin ? ErrorCodes.Forbidden
        // An account can belong to several tenants, and one tenant cannot take it away from the others.
        : staff.TenantId is not null && (IsPlatformStaff || IsKnownElsewhere) ? ErrorCodes.BeyondTenant
        : IsClosedTo(staff) ? ErrorCodes.PersonRequired
        : null;

    /// <summary>
    /// Why this member of staff may not help with the account (end sessions, unlock, resend a mail); null if they may.
    /// </summary>
    public ErrorCode? RefusesHelpBy(StaffMember staff) =>
        staff.TenantId is not null && IsPlatformStaff ? ErrorCodes.BeyondTenant
        : !staff.IsAdmin && (IsAdmin || IsSupport) ? ErrorCodes.Forbidden
        : IsClosedTo(staff) ? ErrorCodes.PersonRequired
        : null;

    /// <summary>Why this member of staff may not see the account's details; null if they may.</summary>
    public ErrorCode? RefusesOpeningBy(StaffMember staff) => !staff.IsAdmin && (IsAdmin || IsSupport) ? ErrorCodes.Forbidden : null;

    /// <summary>
    /// Why this member of staff may not have a password reset link sent, not even with a second person's approval; null if they
    /// may.
    /// </summary>
    public ErrorCode? RefusesResetBy(StaffMember staff) =>
        staff.TenantId is not null && IsPlatformStaff ? ErrorCodes.BeyondTenant
        : !staff.IsAdmin && IsSupport ? ErrorCodes.Forbidden
        : IsClosedTo(staff) ? ErrorCodes.PersonRequired
        : null;

    // A leaked key must not give access to people who could revoke it.
    private bool IsClosedTo(StaffMember staff) => staff.Caller.IsKey && (IsAdmin || IsSupport || AnswersForKey);

    private static bool Has(IReadOnlyList<string> roles, string role) => roles.Contains(role, StringComparer.Ordinal);
}
