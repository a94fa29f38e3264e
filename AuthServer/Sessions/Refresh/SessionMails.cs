using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;

namespace AuthServer.Sessions.Refresh;

/// <summary>The notice of a sign-in from a new device.</summary>
internal sealed class NewDeviceMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.NewDevice;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var details = owed.Details();
        var device = details.GetValueOrDefault(EmailOutbox.Device) ?? details.GetValueOrDefault(EmailOutbox.UserAgent);
        var texts = printer.TextsIn(owed.Language);
        return await printer.PrintAsync(
            owed.Address,
            texts.NewDevice(device, owed.Gathered(), details.GetValueOrDefault(EmailOutbox.Ip), links.ForgottenPassword(texts)));
    }
}

/// <summary>The notice that a session was ended because its refresh token was used twice.</summary>
internal sealed class SessionEndedForReuseMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.SessionEndedForReuse;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        return await printer.PrintAsync(
            owed.Address,
            texts.SessionEndedForReuse(
                owed.Details().GetValueOrDefault(EmailOutbox.Device), owed.Gathered(), links.ForgottenPassword(texts)));
    }
}
