using AuthServer.Domain;
using AuthServer.Email;

namespace AuthServer.Sessions;

/// <summary>Tells of a sign-in from a device that was not seen before.</summary>
internal sealed class NewDeviceMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.NewDevice;

    public async Task<Mail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var details = owed.Details();
        var device = details.GetValueOrDefault(Outbox.Device) ?? details.GetValueOrDefault(Outbox.UserAgent);
        var texts = printer.TextsIn(owed.Language);
        return await printer.PrintAsync(owed.Address, texts.NewDevice(device, owed.CreatedAt, details.GetValueOrDefault(Outbox.Ip), links.ForgottenPassword(texts)));
    }
}

/// <summary>Tells that a session was ended because its refresh token turned up twice.</summary>
internal sealed class SessionEndedForReuseMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.SessionEndedForReuse;

    public async Task<Mail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        return await printer.PrintAsync(owed.Address, texts.SessionEndedForReuse(owed.Details().GetValueOrDefault(Outbox.Device), owed.CreatedAt, links.ForgottenPassword(texts)));
    }
}
