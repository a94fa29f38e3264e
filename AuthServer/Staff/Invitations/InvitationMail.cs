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
        return await printer.PrintAsync(user.Email!, texts.Invitation(link, settings.InvitationLifetime));
    }
}
