using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>Tells somebody that they got power.</summary>
internal sealed class PowerGainedMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.PowerGained;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await printer.PrintAsync(owed.Address, printer.TextsIn(owed.Language).PowerGained(owed.Power(person: null)));
}

/// <summary>Tells another administrator.</summary>
internal sealed class PowerGivenMail(AuthDbContext db, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.PowerGiven;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var id = Guid.Parse(owed.Details()[EmailOutbox.Person]);
        var person = await db.Users.Where(user => user.Id == id).Select(user => user.Email).SingleOrDefaultAsync(cancellationToken);
        return await printer.PrintAsync(owed.Address, printer.TextsIn(owed.Language).PowerGiven(owed.Power(person)));
    }
}

internal static class PowerMails
{
    public static PowerNews Power(this OutgoingEmail owed, string? person)
    {
        var details = owed.Details();
        return new(details[EmailOutbox.Roles].Split(' '), details.GetValueOrDefault(EmailOutbox.Tenant), owed.CreatedAt, person);
    }
}
