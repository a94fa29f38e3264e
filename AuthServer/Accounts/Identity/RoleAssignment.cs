using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// The platform roles of new accounts, saved with them: many rows in one statement, where <see cref="UserManager{TUser}"/> would query
/// for each. Roles of existing accounts are changed through that one.
/// </summary>
internal static class RoleAssignment
{
    public static void AssignRoles(this AuthDbContext db, Guid userId, params IEnumerable<string> roles) =>
        db.UserRoles.AddRange(roles.Select(role => new IdentityUserRole<Guid> { UserId = userId, RoleId = Role.IdOf(role) }));

    /// <summary>Removes every role at once, from a guest who asks for other roles than before.</summary>
    public static Task RemoveAllRolesAsync(this AuthDbContext db, Guid userId, CancellationToken cancellationToken) =>
        db.UserRoles.Where(held => held.UserId == userId).ExecuteDeleteAsync(cancellationToken);
}
