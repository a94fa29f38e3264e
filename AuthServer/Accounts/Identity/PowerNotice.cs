using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>Roles that somebody got, on the platform or at a tenant.</summary>
/// <param name="UserId">Who has them now.</param>
/// <param name="Roles">Only those that give power over others are told.</param>
/// <param name="TenantId">Null for the platform.</param>
/// <param name="ActorId">Who gave them, and need not be told; null for the command line.</param>
internal sealed record PowerGiven(Guid UserId, IEnumerable<string> Roles, Guid? TenantId, Guid? ActorId);

/// <summary>
/// Mails that somebody got power, to that person and to the other administrators of the platform or of the tenant: whoever makes
/// themselves an administrator with a stolen session is not alone in knowing it.
/// </summary>
internal static class PowerNotice
{
    // Those who signed in last: they are the most likely to read it.
    private const string Administrators = """
        (SELECT a.* FROM users a
            WHERE a.status = 'active' AND a.email_confirmed AND a.id <> @user_id AND a.id IS DISTINCT FROM @actor AND CASE
                WHEN @tenant_id IS NULL THEN EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = a.id AND r.role_id = @admin_role)
                ELSE EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = a.id AND m.tenant_id = @tenant_id AND m.role = 'admin') END
            ORDER BY a.last_login_at DESC NULLS LAST, a.id LIMIT 50) u
        """;

    // The id and not the address, which would outlive the account in other people's mails.
    private const string Data = $"""
        jsonb_strip_nulls(jsonb_build_object('{EmailOutbox.Roles}', @roles, '{EmailOutbox.Person}', @user_id,
            '{EmailOutbox.Tenant}', (SELECT name FROM tenants WHERE id = @tenant_id)))
        """;

    private static readonly string Sql = $"""
        WITH person AS (
            {OutboxInsert.ToUsers(
                MailKinds.PowerGained, "users u WHERE u.id = @user_id AND u.status = 'active' AND u.email_confirmed", Data)})
        {OutboxInsert.ToUsers(MailKinds.PowerGiven, Administrators, Data)}
        """;

    /// <summary>Runs in the open transaction.</summary>
    public static async Task TellAsync(this AuthDbContext db, PowerGiven given, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var roles = given.Roles.Where(role => role != Role.Patient).Order(StringComparer.Ordinal).ToList();
        if (roles.Count == 0)
        {
            return;
        }

        await using var command = db.Connection().CreateCommand();
        command.CommandText = Sql;
        command.Add("user_id", given.UserId)
            .Add("tenant_id", given.TenantId)
            .Add("actor", given.ActorId)
            .Add("admin_role", Role.IdOf(Role.Admin))
            .Add("roles", string.Join(' ', roles))
            .Add("now", now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The same for everything an invitation gives, when it is accepted.</summary>
    public static async Task TellOfAllAsync(this AuthDbContext db, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var held = await db.UserRoles.Where(role => role.UserId == userId).Select(role => role.RoleId).ToListAsync(cancellationToken);
        var everywhere = Role.All.Where(role => held.Contains(role.Id)).Select(role => role.Name!);
        await db.TellAsync(new(userId, everywhere, null, userId), now, cancellationToken);
        var memberships =
            await db.Memberships.AsNoTracking().Where(membership => membership.UserId == userId).ToListAsync(cancellationToken);
        foreach (var tenant in memberships.GroupBy(membership => membership.TenantId))
        {
            await db.TellAsync(
                new(userId, tenant.Select(membership => membership.Role), tenant.Key, userId), now, cancellationToken);
        }
    }
}
