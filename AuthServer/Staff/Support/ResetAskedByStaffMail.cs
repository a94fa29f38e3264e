using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Support;

/// <summary>Tells the person that support requested a reset link for them, before anybody has approved it.</summary>
internal sealed class ResetAskedByStaffMail(AuthDbContext db, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ResetAskedByStaff;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await db.Users.AsNoTracking().SingleOrDefaultAsync(
            user => user.Id == owed.UserId && user.Status == UserStatus.Active, cancellationToken) is { } user
            ? await printer.PrintAsync(user.Email!, printer.TextsIn(user.Locale ?? owed.Language).ResetAskedByStaff(owed.CreatedAt))
            : null;
}
