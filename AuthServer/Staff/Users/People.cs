using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Users;

/// <summary>The people somebody may see, to be read as records.</summary>
internal sealed record People(
    IQueryable<User> Users, IQueryable<IdentityUserRole<Guid>> PlatformRoles, IQueryable<Membership> Memberships,
    IQueryable<Tenant> Tenants, IQueryable<Physician> Physicians, Guid? TenantId)
{
    public static People Of(StaffScope scope) =>
        new(scope.Users, scope.PlatformRoles, scope.Memberships, scope.Tenants, scope.Physicians, scope.Staff.TenantId);

    /// <summary>Reads these people in the order of the ids; those out of scope are left out.</summary>
    public async Task<IReadOnlyList<UserRecord>> ReadAsync(
        IReadOnlyList<Guid> ids, bool isMasked, EmailTokenSettings settings, CancellationToken cancellationToken)
    {
        var users = await Users.AsNoTracking().Where(user => ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, cancellationToken);
        var roles =
            (await PlatformRoles.AsNoTracking().Where(held => ids.Contains(held.UserId)).ToListAsync(cancellationToken)).ToLookup(
                held => held.UserId, held => held.RoleId);
        var memberships = (await Memberships.Where(membership => ids.Contains(membership.UserId))
            .Join(
                Tenants, membership => membership.TenantId, tenant => tenant.Id,
                (membership, tenant) => new
                {
                    membership.UserId,
                    membership.Role,
                    membership.CreatedAt,
                    tenant.Id,
                    tenant.Slug,
                    tenant.Name
                })
            .OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ThenBy(row => row.Role).ToListAsync(cancellationToken))
            .ToLookup(row => row.UserId, row => new MembershipView(new TenantView(row.Id, row.Slug, row.Name), row.Role));
        var physicians =
            await Physicians
                .Where(physician => ids.Contains(physician.UserId))
                .Select(physician => new { physician.UserId, physician.Id })
                .ToDictionaryAsync(row => row.UserId, row => row.Id, cancellationToken);
        return
        [
            .. ids.Where(users.ContainsKey).Select(id => RecordOf(users[id], isMasked, settings) with
            {
                Roles = [.. Role.All.Where(role => roles[id].Contains(role.Id)).Select(role => role.Name!)],
                Memberships = [.. memberships[id]],
                PhysicianId = physicians.TryGetValue(id, out var physician) ? physician : null,
            }),
        ];
    }

    private UserRecord RecordOf(User user, bool isMasked, EmailTokenSettings settings) => new()
    {
        Id = user.Id,
        Email = user.IsAnonymous ? null : isMasked ? EmailAddress.Mask(user.Email!) : user.Email,
        Username = user.UserName,
        FullName = user.FullName,
        Locale = user.Locale,
        Status = StatusOf(user),
        DisabledReason = Decided(user) ? user.DisabledReason : null,
        DisabledUntil = Decided(user) ? user.DisabledUntil : null,
        InvitedAt = user.InvitedAt,
        InvitationExpiresAt = user.InvitedAt + settings.InvitationLifetime,
        EmailVerified = user.EmailConfirmed,
        IsAnonymous = user.IsAnonymous,
        ErasureDueAt = user.ErasureDueAt,
        CreatedAt = user.CreatedAt,
        LastLoginAt = user.LastLoginAt,
        Roles = [],
        Memberships = [],
        PhysicianId = null,
        LegacyId = user.LegacyId,
    };

    // A tenant's staff may not read why the platform or another tenant disabled an account.
    private bool Decided(User user) => TenantId is null || user.DisabledByTenantId == TenantId;

    private static string StatusOf(User user) =>
        user.Status != UserStatus.Active ? SnakeCase.Of(user.Status)
        : user.IsInvited ? AccountStatus.Invited
        : AccountStatus.Active;
}

/// <summary>The values of <c>status</c>.</summary>
internal static class AccountStatus
{
    public const string Active = "active";
    public const string Disabled = "disabled";
    public const string Invited = "invited";

    public static IReadOnlyList<string> All { get; } = [Active, Disabled, Invited];
}
