using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// What a new account is everywhere, saved with it: many rows in one statement, where <see cref="UserManager{TUser}"/> would look for
/// each. Who changes what somebody is asks that one.
/// </summary>
internal static class RoleAssignment
{
    public static void AssignRoles(this AuthDbContext db, Guid userId, params IEnumerable<string> roles) =>
        db.UserRoles.AddRange(roles.Select(role => new IdentityUserRole<Guid> { UserId = userId, RoleId = Role.IdOf(role) }));

    /// <summary>Takes every role, at once: of a guest who asks to be something else than before.</summary>
    public static Task RemoveAllRolesAsync(this AuthDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.UserRoles.Where(held => held.UserId == userId).ExecuteDeleteAsync(cancellationToken);
}
