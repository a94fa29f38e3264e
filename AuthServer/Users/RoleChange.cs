using AuthServer.Audit;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Sessions;
using AuthServer.Staff;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Users;

/// <summary>
/// Makes somebody what they are from now on, everywhere or at one tenant: the whole set at once. The tokens that say
/// otherwise are refused within a second; the sessions live, and the next refresh brings what is so.
/// </summary>
internal sealed class RoleChange(AuthDbContext db, AdminGuard guard, TokenOutdating outdating, TimeProvider clock)
{
    /// <summary>Null when it is done.</summary>
    public async Task<ErrorCode?> ChangeAsync(string id, RolesRequest request, Reach reach, Client client, CancellationToken cancellationToken)
    {
        if (request.Tenant is null && !reach.Staff.IsPlatformAdmin)
        {
            return ErrorCodes.Forbidden;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var tenant = request.Tenant is { } slug ? await reach.Tenants.AsNoTracking().SingleOrDefaultAsync(found => found.Slug == slug, cancellationToken) : null;
        if ((request.Tenant is not null && tenant is null) || await reach.HoldUserAsync(id, cancellationToken) is not { } user)
        {
            return ErrorCodes.NotFound;
        }

        var roles = request.Roles!.Distinct(StringComparer.Ordinal).OfType<string>().ToList();
        var refusal = tenant is null
            ? await ChangePlatformAsync(user.Id, roles, reach, client, cancellationToken)
            : await ChangeAtAsync(tenant, user.Id, roles, reach, client, cancellationToken);
        if (refusal is not null || !db.ChangeTracker.HasChanges())
        {
            return refusal;
        }

        await AddProfileAsync(user.Id, roles, reach, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await outdating.OutdateAsync([user.Id], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private async Task<ErrorCode?> ChangePlatformAsync(Guid userId, List<string> roles, Reach reach, Client client, CancellationToken cancellationToken)
    {
        // Before looking: while it waits for its turn, the person may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(userId, cancellationToken);
        var held = await reach.PlatformRoles.Where(role => role.UserId == userId).ToListAsync(cancellationToken);
        var before = Role.All.Where(role => held.Exists(row => row.RoleId == role.Id)).Select(role => role.Name!).ToList();
        if (LosesAdmin(before, roles) && (userId == reach.Staff.UserId || !isAnotherLeft))
        {
            return userId == reach.Staff.UserId ? ErrorCodes.OwnAccount : ErrorCodes.LastAdmin;
        }

        db.RemoveRange(held.Where(row => !roles.Exists(role => Role.IdOf(role) == row.RoleId)));
        db.AddRange(roles.Except(before, StringComparer.Ordinal).Select(role => new IdentityUserRole<Guid> { UserId = userId, RoleId = Role.IdOf(role) }));
        Audit("roles", before, roles, userId, reach, client);
        return null;
    }

    private async Task<ErrorCode?> ChangeAtAsync(Tenant tenant, Guid userId, List<string> roles, Reach reach, Client client, CancellationToken cancellationToken)
    {
        var held = await reach.Memberships.Where(membership => membership.UserId == userId && membership.TenantId == tenant.Id).ToListAsync(cancellationToken);
        var before = held.Select(membership => membership.Role).ToList();
        if (userId == reach.Staff.UserId && LosesAdmin(before, roles))
        {
            return ErrorCodes.OwnAccount;
        }

        db.RemoveRange(held.Where(membership => !roles.Contains(membership.Role, StringComparer.Ordinal)));
        db.AddRange(roles.Except(before, StringComparer.Ordinal).Select(role => new Membership(userId, tenant.Id, role, clock.GetUtcNow())));
        Audit($"roles at {tenant.Slug}", before, roles, userId, reach, client);
        return null;
    }

    private static bool LosesAdmin(List<string> before, List<string> after) => before.Contains(Role.Admin, StringComparer.Ordinal) && !after.Contains(Role.Admin, StringComparer.Ordinal);

    private void Audit(string what, List<string> before, List<string> after, Guid userId, Reach reach, Client client)
    {
        if (db.ChangeTracker.HasChanges())
        {
            reach.Audit(AuditEvents.RolesChanged, clock.GetUtcNow(), client, userId, $"{what}: {Listed(before)} -> {Listed(after)}");
        }
    }

    private static string Listed(List<string> roles) => roles.Count == 0 ? "none" : string.Join(' ', roles.Order(StringComparer.Ordinal));

    // Where licences will be attached to; no token carries the role before one of them is verified.
    private async Task AddProfileAsync(Guid userId, List<string> roles, Reach reach, CancellationToken cancellationToken)
    {
        if (roles.Contains(Role.Physician, StringComparer.Ordinal) && !await reach.Physicians.AnyAsync(physician => physician.UserId == userId, cancellationToken))
        {
            db.Add(new Physician(userId, null, null, clock.GetUtcNow()));
        }
    }
}
