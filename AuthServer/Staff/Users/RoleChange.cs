using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Users;

/// <summary>
/// Sets somebody's roles on the platform or at one tenant, as a whole. Outdated tokens are refused within a second; sessions
/// continue, and the next refresh issues tokens with the new roles.
/// </summary>
internal sealed class RoleChange(
    AuthDbContext db, UserAccounts accounts, AccountCommit commit, LastAdminGuard guard, AccessTokenInvalidation invalidation,
    DeniedActionAudit refusals, TimeProvider clock)
{
    /// <summary>Null if successful.</summary>
    public async Task<ErrorCode?> ChangeAsync(StaffCall call, string id, RolesRequest request)
    {
        var (scope, _, cancellationToken) = call;
        if (request.Tenant is null && !scope.Staff.IsPlatformAdmin)
        {
            return ErrorCodes.Forbidden;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await scope.Locks.ConfirmTenantAdminAsync(cancellationToken))
        {
            return ErrorCodes.Forbidden;
        }

        var tenant = request.Tenant is { } slug
            ? await scope.Tenants.AsNoTracking().SingleOrDefaultAsync(found => found.Slug == slug, cancellationToken)
            : null;
        if ((request.Tenant is not null && tenant is null) || await scope.Locks.UserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        if (user.IsAnonymous)
        {
            return ErrorCodes.AnonymousNotAllowed;
        }

        var roles = request.Roles!.Distinct(StringComparer.Ordinal).OfType<string>().ToList();
        var refusal = tenant is null
            ? await ChangePlatformAsync(call, user, roles)
            : await ChangeAtAsync(call, tenant, user, roles);
        if (refusal is not null)
        {
            return await refusals.KeepAsync(call, AuditEvents.RolesChanged, refusal, user.Id);
        }

        if (!db.ChangeTracker.HasChanges())
        {
            return null;
        }

        await AddProfileAsync(user.Id, roles, scope, cancellationToken);
        await commit.SaveLockedAsync(cancellationToken);
        await invalidation.InvalidateAsync([user.Id], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private async Task<ErrorCode?> ChangePlatformAsync(StaffCall call, User user, List<string> roles)
    {
        var (scope, _, cancellationToken) = call;
        // Check this first: while this waits for the lock, the person may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(user.Id, cancellationToken);
        var held = await scope.PlatformRoles.Where(role => role.UserId == user.Id).ToListAsync(cancellationToken);
        var before = Role.All.Where(role => held.Exists(row => row.RoleId == role.Id)).Select(role => role.Name!).ToList();
        if (LosesAdmin(before, roles) && (user.Id == scope.Staff.UserId || !isAnotherLeft))
        {
            return user.Id == scope.Staff.UserId ? ErrorCodes.OwnAccount : ErrorCodes.LastAdmin;
        }

        if (GivesPowerUnproven(user, before, roles))
        {
            return ErrorCodes.EmailNotVerified;
        }

        await accounts.ReplaceRolesAsync(user, before, roles);
        await RecordAsync(call, null, before, roles, user.Id);
        return null;
    }

    private async Task<ErrorCode?> ChangeAtAsync(StaffCall call, Tenant tenant, User user, List<string> roles)
    {
        var (scope, _, cancellationToken) = call;
        var held =
            await scope.Memberships.Where(membership => membership.UserId == user.Id && membership.TenantId == tenant.Id)
                .ToListAsync(cancellationToken);
        var before = held.Select(membership => membership.Role).ToList();
        if (user.Id == scope.Staff.UserId && LosesAdmin(before, roles))
        {
            return ErrorCodes.OwnAccount;
        }

        if (GivesPowerUnproven(user, before, roles))
        {
            return ErrorCodes.EmailNotVerified;
        }

        db.RemoveRange(held.Where(membership => !roles.Contains(membership.Role, StringComparer.Ordinal)));
        db.AddRange(
            roles.Except(before, StringComparer.Ordinal).Select(role => new Membership(user.Id, tenant.Id, role, clock.GetUtcNow())));
        await RecordAsync(call, tenant, before, roles, user.Id);
        return null;
    }

    private static bool LosesAdmin(List<string> before, List<string> after) =>
        before.Contains(Role.Admin, StringComparer.Ordinal) && !after.Contains(Role.Admin, StringComparer.Ordinal);

    // The address may have been registered by somebody else. Roles they already had may stay.
    private static bool GivesPowerUnproven(User user, List<string> before, List<string> after) =>
        !user.EmailConfirmed && after.Except(before, StringComparer.Ordinal).Any(role => role is Role.Admin or Role.Support);

    private async Task RecordAsync(StaffCall call, Tenant? tenant, List<string> before, List<string> after, Guid userId)
    {
        if (db.ChangeTracker.HasChanges())
        {
            var (now, actor) = (clock.GetUtcNow(), call.Scope.Staff.ActorId);
            var detail = $"roles{(tenant is null ? "" : $" at {tenant.Slug}")}: {Listed(before)} -> {Listed(after)}";
            call.Scope.Audit(AuditEvents.RolesChanged, now, call.Origin, userId, detail);
            await db.TellAsync(
                new(userId, after.Except(before, StringComparer.Ordinal), tenant?.Id, actor), now, call.CancellationToken);
        }
    }

    private static string Listed(List<string> roles) => roles.Count == 0 ? "none" : string.Join(' ', roles.Order(StringComparer.Ordinal));

    // Licences are attached to the profile. No token carries the role before one of them is verified.
    private async Task AddProfileAsync(Guid userId, List<string> roles, StaffScope scope, CancellationToken cancellationToken)
    {
        if (roles.Contains(Role.Physician, StringComparer.Ordinal)
            && !await scope.Physicians.AnyAsync(physician => physician.UserId == userId, cancellationToken))
        {
            db.Add(new Physician(userId, null, null, clock.GetUtcNow()));
        }
    }
}
