using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace AuthServer.Staff.Access;

/// <summary>
/// The only access from a staff route to other people's rows. Staff of a tenant see nothing outside of it; staff of the platform
/// see everything. A test reads the compiled code and fails if a staff route queries a table directly.
/// </summary>
internal sealed class StaffScope(AuthDbContext db, StaffMember staff)
{
    public StaffMember Staff => staff;

    /// <summary>Single rows of these, locked for a change.</summary>
    public StaffLocks Locks => new(db, this);

    public IQueryable<User> Users => staff.TenantId is { } tenant
        ? db.Users.Where(user => db.Memberships.Any(membership => membership.UserId == user.Id && membership.TenantId == tenant))
        : db.Users;

    public IQueryable<Membership> Memberships =>
        staff.TenantId is { } tenant ? db.Memberships.Where(membership => membership.TenantId == tenant) : db.Memberships;

    /// <summary>To be joined with <see cref="Users"/>, which limits them to the scope.</summary>
    public IQueryable<IdentityUserRole<Guid>> PlatformRoles =>
        staff.TenantId is null ? db.UserRoles : db.UserRoles.Where(held => Users.Any(user => user.Id == held.UserId));

    public IQueryable<Tenant> Tenants => staff.TenantId is { } id ? db.Tenants.Where(tenant => tenant.Id == id) : db.Tenants;

    /// <summary>For staff of a tenant, the sessions whose tokens are for that tenant.</summary>
    public IQueryable<Session> Sessions =>
        staff.TenantId is { } tenant ? db.Sessions.Where(session => session.TenantId == tenant) : db.Sessions;

    /// <summary>Excludes guests, who have to confirm their mailbox first.</summary>
    public IQueryable<Physician> Physicians =>
        db.Physicians.Where(physician => Users.Any(user => user.Id == physician.UserId && !user.IsAnonymous));

    public IQueryable<AssistedReset> AssistedResets =>
        staff.TenantId is { } tenant ? db.AssistedResets.Where(reset => reset.TenantId == tenant) : db.AssistedResets;

    public IQueryable<AuditEvent> AuditEvents =>
        staff.TenantId is { } tenant ? db.AuditEvents.Where(audit => audit.TenantId == tenant) : db.AuditEvents;

    public IQueryable<ApiKey> ApiKeys => staff.TenantId is { } tenant ? db.ApiKeys.Where(key => key.TenantId == tenant) : db.ApiKeys;

    public IQueryable<StatisticValue> Statistics => db.Figures.Where(figure => figure.TenantId == staff.TenantId);

    /// <summary>Binds a handler's parameter; the route's policy has already required a member of staff.</summary>
    public static ValueTask<StaffScope?> BindAsync(HttpContext context) =>
        new(StaffMember.Of(context.User) is { } staff
            ? new StaffScope(context.RequestServices.GetRequiredService<AuthDbContext>(), staff)
            : null);

    /// <summary>For the command line only.</summary>
    public static StaffScope ForOperator(AuthDbContext db) => new(db, StaffMember.Operator);

    /// <summary>The person with this id, to be changed; null if none is in scope or the id is malformed.</summary>
    public async Task<User?> FindUserAsync(string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var userId) ? await Users.SingleOrDefaultAsync(user => user.Id == userId, cancellationToken) : null;

    /// <summary>Whether this is the actor's own account or, for an API key, that of its owner.</summary>
    public async Task<bool> IsOwnAsync(Guid userId, CancellationToken cancellationToken) =>
        // A key that was deleted meanwhile must not affect its owner either.
        staff.Caller.IsKey
            ? !await db.ApiKeys.AnyAsync(key => key.Id == staff.UserId && key.OwnerId != userId, cancellationToken)
            : staff.UserId == userId;

    /// <summary>
    /// Begins a transaction for searching. Its statements are planned for the actual parameter values: a plan that finds a rare
    /// name among a million rows quickly is slow for a very common one, and a generic plan is slow for both.
    /// </summary>
    // They fetch few rows, mostly from memory; PostgreSQL's default costs are meant for disks and reports.
    public async Task<IDbContextTransaction> BeginSearchAsync(CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('random_page_cost', '1.1', true),
                set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)
            """,
            cancellationToken);
        return transaction;
    }

    /// <summary>Adds an audit event for an act of this member of staff, saved with the context's other changes.</summary>
    public void Audit(string type, DateTimeOffset now, RequestOrigin origin, Guid? subject, string? detail = null, string? reason = null) =>
        db.Audit(type, now, origin, staff.ActorId, subject, staff.SessionId, reason, tenant: staff.TenantId, detail: detail);

    /// <summary>Why this member of staff may not enable the account; null if they may, or if it is enabled.</summary>
    public ErrorCode? RefusesUndoing(User user) =>
        staff.TenantId is { } tenant && user.Status == UserStatus.Disabled && user.DisabledByTenantId != tenant
            ? ErrorCodes.BeyondTenant
            : null;

    /// <summary>Includes roles outside the tenant, because those protect the account as well.</summary>
    public async Task<TargetPrivileges> PrivilegesOfAsync(Guid userId, CancellationToken cancellationToken)
    {
        var platform = await db.UserRoles.Where(held => held.UserId == userId).Select(held => held.RoleId).ToListAsync(cancellationToken);
        var memberships =
            await db.Memberships.AsNoTracking().Where(membership => membership.UserId == userId).ToListAsync(cancellationToken);
        return new(
            [.. Role.All.Where(role => platform.Contains(role.Id)).Select(role => role.Name!)],
            [.. memberships.Select(membership => membership.Role).Distinct(StringComparer.Ordinal)],
            memberships.Exists(membership => membership.TenantId != staff.TenantId))
        {
            AnswersForKey = staff.Caller.IsKey && await IsOwnAsync(userId, cancellationToken),
        };
    }
}
