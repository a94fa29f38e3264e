using System.Globalization;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;

namespace AuthServer.Compliance.Erasure;

/// <summary>Says that the erasure of the account was requested, when it is due, and how to cancel it.</summary>
internal sealed class ErasureRequestedMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ErasureRequested;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        var until = DateTimeOffset.Parse(owed.Details()[EmailOutbox.Until], CultureInfo.InvariantCulture);
        return await printer.PrintAsync(owed.Address, texts.ErasureRequested(owed.CreatedAt, until, links.ForgottenPassword(texts)));
    }
}

/// <summary>Says that the account stays because its owner has signed in.</summary>
internal sealed class ErasureUndoneMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ErasureUndone;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        return await printer.PrintAsync(owed.Address, texts.ErasureUndone(owed.CreatedAt, links.ForgottenPassword(texts)));
    }
}
