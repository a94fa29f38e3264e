using System.Security.Claims;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;

namespace AuthServer.Staff.Access;

/// <summary>
/// Somebody who acts on behalf of others, according to their token: on the whole platform, or in the one tenant the token is for.
/// Somebody who is staff of both acts for the active tenant, unless they are platform administrator.
/// </summary>
/// <param name="Caller">The person; or an API key, which acts as an administrator within its scopes.</param>
/// <param name="IsAdmin">Administrator if true, otherwise support.</param>
/// <param name="TenantId">The tenant they act for; null for the platform.</param>
internal sealed record StaffMember(Caller Caller, bool IsAdmin, Guid? TenantId)
{
    /// <summary>The user of the command line: a platform administrator without an account, who therefore owns nothing.</summary>
    // A test checks who uses this: in a route it would make every caller an administrator.
    public static StaffMember Operator { get; } =
        new(new Caller(Guid.Empty, Guid.Empty, 0, DateTimeOffset.UnixEpoch, IsEmailVerified: false, null), IsAdmin: true, null);

    public Guid UserId => Caller.UserId;

    /// <summary>For the audit log; null for the operator.</summary>
    public Guid? ActorId => ReferenceEquals(this, Operator) ? null : UserId;

    /// <summary>For the audit log; null for the operator.</summary>
    public Guid? SessionId => ReferenceEquals(this, Operator) ? null : Caller.SessionId;

    public bool IsPlatformAdmin => IsAdmin && TenantId is null;

    /// <summary>Binds a handler's parameter; the route's policy has already required a member of staff.</summary>
    public static ValueTask<StaffMember?> BindAsync(HttpContext context) => new(Of(context.User));

    /// <summary>Null for somebody who is not staff.</summary>
    public static StaffMember? Of(ClaimsPrincipal principal)
    {
        if (Caller.Of(principal) is not { } caller)
        {
            return null;
        }

        if (caller.IsKey)
        {
            // The route has already checked its scopes.
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
