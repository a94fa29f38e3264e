using System.Security.Claims;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;

namespace AuthServer.Staff.Access;

/// <summary>
/// Somebody who acts for others, as their token says it: for the whole platform, or for the people of the one tenant the
/// token is for. Whoever is both wears the hat of the active tenant, unless they are administrator of the platform.
/// </summary>
/// <param name="Caller">The person; or an API key, which acts as an administrator would, as far as its scopes go.</param>
/// <param name="IsAdmin">Administrator; otherwise support.</param>
/// <param name="TenantId">The tenant they act for; null for the platform.</param>
internal sealed record StaffMember(Caller Caller, bool IsAdmin, Guid? TenantId)
{
    /// <summary>Who runs the command line: an administrator of the platform without an account, so that nothing is their own.</summary>
    // A test reads who asks for it: a route that did would make everybody an administrator.
    public static StaffMember Operator { get; } =
        new(new Caller(Guid.Empty, Guid.Empty, 0, DateTimeOffset.UnixEpoch, IsEmailVerified: false, null), IsAdmin: true, null);

    public Guid UserId => Caller.UserId;

    /// <summary>For the audit log, where the operator is nobody.</summary>
    public Guid? ActorId => ReferenceEquals(this, Operator) ? null : UserId;

    /// <summary>For the audit log, where the operator has no session.</summary>
    public Guid? SessionId => ReferenceEquals(this, Operator) ? null : Caller.SessionId;

    public bool IsPlatformAdmin => IsAdmin && TenantId is null;

    /// <summary>For a handler's parameter: the route's policy has made sure that there is one.</summary>
    public static ValueTask<StaffMember?> BindAsync(HttpContext context) => new(Of(context.User));

    /// <summary>Null for somebody who acts for nobody but themself.</summary>
    public static StaffMember? Of(ClaimsPrincipal principal)
    {
        if (Caller.Of(principal) is not { } caller)
        {
            return null;
        }

        if (caller.IsKey)
        {
            // Its scopes have been looked at by the route.
            return new(caller, IsAdmin: true, caller.TenantId);
        }

        if (caller.HasRole(Role.Admin))
        {
            return new(caller, IsAdmin: true, null);
        }

        if (caller.TenantId is { } tenant && StaffRoleIn(caller) is { } role)
        {
            return new(caller, role == Role.Admin, tenant);
        }

        return caller.HasRole(Role.Support) ? new(caller, IsAdmin: false, null) : null;
    }

    private static string? StaffRoleIn(Caller caller) =>
        caller.HasTenantRole(Role.Admin) ? Role.Admin
        : caller.HasTenantRole(Role.Support) ? Role.Support
        : null;
}
