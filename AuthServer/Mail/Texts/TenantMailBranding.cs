using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Mail.Texts;

/// <summary>How a person's tenants want them to be written to.</summary>
/// <param name="SenderName">The name mails come from.</param>
/// <param name="Locale">The language of people who have chosen none.</param>
internal sealed record TenantMailBranding(string? SenderName, string? Locale)
{
    private static readonly Guid[] PlatformStaff = [Role.IdOf(Role.Admin), Role.IdOf(Role.Support)];

    /// <summary>
    /// Each as the first tenant wants it that wants anything, in the order in which a sign-in chooses one. Null where nobody
    /// has proven the mailbox: no stranger is to learn which clinic somebody belongs to. An invitation is the clinic's own doing.
    /// Null for staff of the platform too: no clinic speaks to them in the platform's place.
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
