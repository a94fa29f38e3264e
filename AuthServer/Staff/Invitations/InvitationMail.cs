using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Invitations;

/// <summary>The link to set the first password of an invited account; not sent once a password is set.</summary>
internal sealed class InvitationMail(
    AuthDbContext db, UserAccounts accounts, EmailTokenSettings settings, MailLinks links, MailPrinter printer) : IMailWriter
{
    private const int LongestName = 50;

    public string Kind => MailKinds.Invitation;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(
            user => user.NormalizedEmail == owed.Address
                && user.InvitedAt != null
                && user.PasswordHash == null
                && user.Status == UserStatus.Active,
            cancellationToken) is not { } user)
        {
            return null;
        }

        owed.UserId = user.Id;
        var texts = printer.TextsIn(user.Locale ?? owed.Language);
        var link = links.For(MailPages.Invitation, await accounts.GenerateInvitationTokenAsync(user), texts, owed.Details());
        return await printer.PrintAsync(
            user.Email!, texts.Invitation(link, settings.InvitationLifetime, await SenderAsync(user, owed, cancellationToken)));
    }

    // A misleading name is left out: the mail must not lead anywhere but to the server.
    private async Task<InvitationSender?> SenderAsync(User user, OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var clinic =
            await db.Memberships
                .Where(membership => membership.UserId == user.Id)
                .Join(db.Tenants, membership => membership.TenantId, tenant => tenant.Id, (_, tenant) => new { tenant.Id, tenant.Name })
                .FirstOrDefaultAsync(cancellationToken);
        var inviter = owed.Details().TryGetValue(EmailOutbox.Inviter, out var id) ? Guid.Parse(id) : (Guid?)null;
        // Only the clinic's own staff are named as such.
        var person =
            await db.Users
                .Where(staff => staff.Id == inviter
                    && db.Memberships.Any(held => held.UserId == staff.Id && clinic != null && held.TenantId == clinic.Id))
                .Select(staff => staff.FullName)
                .SingleOrDefaultAsync(cancellationToken);
        return IsName(clinic?.Name) ? new(clinic!.Name, IsNameOfPerson(person) ? person : null) : null;
    }

    private static bool IsName(string? text) => !string.IsNullOrWhiteSpace(text) && !SenderName.IsMisleading(text, own: "");

    // Not a message with a telephone number.
    private static bool IsNameOfPerson(string? text) => IsName(text) && text!.Length <= LongestName && !text.Any(char.IsDigit);
}
