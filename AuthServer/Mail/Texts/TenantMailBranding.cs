using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Mail.Texts;

/// <summary>How a person's tenants want mails to them to look.</summary>
/// <param name="SenderName">The display name of the sender.</param>
/// <param name="Locale">The language for people who have not chosen one.</param>
internal sealed record TenantMailBranding(string? SenderName, string? Locale)
{
    private static readonly Guid[] PlatformStaff = [Role.IdOf(Role.Admin), Role.IdOf(Role.Support)];

    /// <summary>
    /// Takes each value from the first tenant that sets it, in the order in which a sign-in selects a tenant. Null while the
    /// mailbox is unconfirmed, so that no stranger learns which clinic somebody belongs to; invitations are exempt because the
    /// clinic sends them itself. Null for platform staff too: mails to them come from the platform.
    /// </summary>
    public static async Task<TenantMailBranding?> OfAsync(OutgoingEmail owed, AuthDbContext db, CancellationToken cancellationToken)
    {
        if (owed.Kind == MailKinds.ConfirmNewEmail)
        {
            return null;
        }

        var isInvitation = owed.Kind == MailKinds.Invitation;
        var people =
            db.Users.Where(
                user => (user.EmailConfirmed || isInvitation)
                    && (owed.UserId != null ? user.Id == owed.UserId : user.NormalizedEmail == owed.Address));
        var tenants =
            from user in people
            join membership in db.Memberships on user.Id equals membership.UserId
            join tenant in db.Tenants on membership.TenantId equals tenant.Id
            where !db.UserRoles.Any(held => held.UserId == user.Id && PlatformStaff.Contains(held.RoleId))
            where tenant.Status == TenantStatus.Active && (tenant.Settings.MailSenderName != null || tenant.Settings.Locale != null)
            orderby membership.CreatedAt, membership.TenantId
            select new { tenant.Settings.MailSenderName, tenant.Settings.Locale };
        var found = await tenants.Take(10).ToListAsync(cancellationToken);
        return found.Count == 0
            ? null
            : new(
                found.Find(tenant => tenant.MailSenderName is not null)?.MailSenderName,
                found.Find(tenant => tenant.Locale is not null)?.Locale);
    }
}
