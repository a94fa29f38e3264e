using AuthServer.Audit;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff;

/// <summary>
/// The only way from a staff route to anybody's rows. For staff of a tenant nothing exists outside of it; for the platform
/// everything does. A test reads the compiled slices: whoever asks the context for a table itself, past this, fails it.
/// </summary>
internal sealed class Reach(AuthDbContext db, StaffMember staff)
{
    public StaffMember Staff => staff;

    /// <summary>The people.</summary>
    public IQueryable<User> Users => staff.TenantId is { } tenant
        ? db.Users.Where(user => db.Memberships.Any(membership => membership.UserId == user.Id && membership.TenantId == tenant))
        : db.Users;

    /// <summary>What people are at tenants.</summary>
    public IQueryable<Membership> Memberships => staff.TenantId is { } tenant ? db.Memberships.Where(membership => membership.TenantId == tenant) : db.Memberships;

    /// <summary>What people are everywhere; to be joined with <see cref="Users"/>.</summary>
    public IQueryable<IdentityUserRole<Guid>> PlatformRoles => staff.TenantId is null ? db.UserRoles : db.UserRoles.Where(held => Users.Any(user => user.Id == held.UserId));

    public IQueryable<Tenant> Tenants => staff.TenantId is { } id ? db.Tenants.Where(tenant => tenant.Id == id) : db.Tenants;

    /// <summary>For staff of a tenant those sessions whose tokens are for it.</summary>
    public IQueryable<Session> Sessions => staff.TenantId is { } tenant ? db.Sessions.Where(session => session.TenantId == tenant) : db.Sessions;

    public IQueryable<Physician> Physicians => staff.TenantId is null ? db.Physicians : db.Physicians.Where(physician => Users.Any(user => user.Id == physician.UserId));

    public IQueryable<AssistedReset> AssistedResets => staff.TenantId is { } tenant ? db.AssistedResets.Where(reset => reset.TenantId == tenant) : db.AssistedResets;

    public IQueryable<AuditEvent> AuditEvents => staff.TenantId is { } tenant ? db.AuditEvents.Where(audit => audit.TenantId == tenant) : db.AuditEvents;

    public IQueryable<Figure> Figures => db.Figures.Where(figure => figure.TenantId == staff.TenantId);

    /// <summary>For a handler's parameter: the route's policy has made sure that the caller is of the staff.</summary>
    public static ValueTask<Reach?> BindAsync(HttpContext context) =>
        new(StaffMember.Of(context.User) is { } staff ? new Reach(context.RequestServices.GetRequiredService<AuthDbContext>(), staff) : null);

    /// <summary>The person with this id, to be changed; null where there is none within reach, or where it is no id.</summary>
    public async Task<User?> FindUserAsync(string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var userId) ? await Users.SingleOrDefaultAsync(user => user.Id == userId, cancellationToken) : null;

    /// <summary>Records what this member of staff did, with the context's other changes.</summary>
    public void Audit(string type, DateTimeOffset now, Client client, Guid? subject, string? detail = null) =>
        db.Audit(type, now, client, staff.UserId, subject, staff.Caller.SessionId, tenant: staff.TenantId, detail: detail);

    /// <summary>What somebody is who is within reach. Sees past the tenant, because that is what it is to protect.</summary>
    public async Task<Standing> StandingOfAsync(Guid userId, CancellationToken cancellationToken)
    {
        var platform = await db.UserRoles.Where(held => held.UserId == userId).Select(held => held.RoleId).ToListAsync(cancellationToken);
        var memberships = await db.Memberships.AsNoTracking().Where(membership => membership.UserId == userId).ToListAsync(cancellationToken);
        return new(
            [.. Role.All.Where(role => platform.Contains(role.Id)).Select(role => role.Name!)],
            [.. memberships.Select(membership => membership.Role).Distinct(StringComparer.Ordinal)],
            memberships.Exists(membership => membership.TenantId != staff.TenantId));
    }
}
