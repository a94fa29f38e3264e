using System.Globalization;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.ApiKeys;

internal static class ApiKeyMails
{
    /// <summary>Notifies the owner that a key acts in their name; only if their mailbox is confirmed.</summary>
    public static void EnqueueApiKeyMade(this AuthDbContext db, User owner, ApiKey key, RequestOrigin origin, DateTimeOffset now)
    {
        if (owner is { EmailConfirmed: true, Email: { } address })
        {
            var data = EmailOutbox.Describe(origin);
            (data[EmailOutbox.KeyName], data[EmailOutbox.KeyExpiresAt]) = (key.Name,
                key.ExpiresAt.ToString("O", CultureInfo.InvariantCulture));
            db.EnqueueMail(MailKinds.ApiKeyMade, owner, address, now, data);
        }
    }

    public static string NameOfKey(this OutgoingEmail owed) => owed.Details()[EmailOutbox.KeyName];

    public static DateTimeOffset EndOfKey(this OutgoingEmail owed) =>
        DateTimeOffset.Parse(owed.Details()[EmailOutbox.KeyExpiresAt], CultureInfo.InvariantCulture);
}

/// <summary>Tells an administrator that a key was created in their name.</summary>
internal sealed class ApiKeyMadeMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ApiKeyMade;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        var news = new ApiKeyNews(owed.NameOfKey(), owed.CreatedAt, owed.EndOfKey());
        return await printer.PrintAsync(
            owed.Address, texts.ApiKeyMade(news, owed.Details().GetValueOrDefault(EmailOutbox.Ip), links.ForgottenPassword(texts)));
    }
}

/// <summary>Tells the owner of a key that it is about to expire.</summary>
internal sealed class ApiKeyExpiringMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ApiKeyExpiring;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await printer.PrintAsync(
            owed.Address, printer.TextsIn(owed.Language).ApiKeyExpiring(new(owed.NameOfKey(), owed.CreatedAt, owed.EndOfKey())));
}

/// <summary>Tells the owner of a key that it appeared in a URL.</summary>
internal sealed class ApiKeyExposedMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ApiKeyExposed;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await printer.PrintAsync(owed.Address, printer.TextsIn(owed.Language).ApiKeyExposed(new(owed.NameOfKey(), owed.CreatedAt)));
}
