using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Access;

/// <summary>What somebody is, everywhere and at tenants: it decides who may lay hands on the account.</summary>
/// <param name="PlatformRoles">Everywhere.</param>
/// <param name="TenantRoles">At any tenant.</param>
/// <param name="IsKnownElsewhere">Whether they belong to a tenant other than the one that asks.</param>
internal sealed record TargetPrivileges(IReadOnlyList<string> PlatformRoles, IReadOnlyList<string> TenantRoles, bool IsKnownElsewhere)
{
    /// <summary>Whether they answer for the API key that asks.</summary>
    public bool AnswersForKey { get; init; }

    public bool IsPlatformAdmin => Has(PlatformRoles, Role.Admin);

    public bool IsPlatformStaff => IsPlatformAdmin || Has(PlatformRoles, Role.Support);

    public bool IsAdmin => IsPlatformAdmin || Has(TenantRoles, Role.Admin);

    public bool IsSupport => Has(PlatformRoles, Role.Support) || Has(TenantRoles, Role.Support);

    public bool IsPhysician => Has(PlatformRoles, Role.Physician) || Has(TenantRoles, Role.Physician);

    /// <summary>Why this member of staff may not change the account as such (disable, rename, delete): null where they may.</summary>
    public ErrorCode? RefusesAdministrationBy(StaffMember staff) =>
        !staff.IsAdmin ? ErrorCodes.Forbidden
        // An account is one, and what its tenants share is not one tenant's to take away.
        : staff.TenantId is not null && (IsPlatformStaff || IsKnownElsewhere) ? ErrorCodes.BeyondTenant
        : IsClosedTo(staff) ? ErrorCodes.PersonRequired
        : null;

    /// <summary>Why this member of staff may not help with the account (end sessions, unlock, mail again): null where they may.</summary>
    public ErrorCode? RefusesHelpBy(StaffMember staff) =>
        staff.TenantId is not null && IsPlatformStaff ? ErrorCodes.BeyondTenant
        : !staff.IsAdmin && (IsAdmin || IsSupport) ? ErrorCodes.Forbidden
        : IsClosedTo(staff) ? ErrorCodes.PersonRequired
        : null;

    /// <summary>Why this member of staff may not look at the account's details: null where they may.</summary>
    public ErrorCode? RefusesOpeningBy(StaffMember staff) => !staff.IsAdmin && (IsAdmin || IsSupport) ? ErrorCodes.Forbidden : null;

    /// <summary>
    /// Why this member of staff may not have a link to set a new password sent, not even with a second person's consent: null where they
    /// may.
    /// </summary>
    public ErrorCode? RefusesResetBy(StaffMember staff) =>
        staff.TenantId is not null && IsPlatformStaff ? ErrorCodes.BeyondTenant
        : !staff.IsAdmin && IsSupport ? ErrorCodes.Forbidden
        : IsClosedTo(staff) ? ErrorCodes.PersonRequired
        : null;

    // A key that has escaped must not open the way to those who could take it back.
    private bool IsClosedTo(StaffMember staff) => staff.Caller.IsKey && (IsAdmin || IsSupport || AnswersForKey);

    private static bool Has(IReadOnlyList<string> roles, string role) => roles.Contains(role, StringComparer.Ordinal);
}
