using System.Globalization;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Http;

namespace AuthServer.ApiKeys;

internal static class KeyMails
{
    /// <summary>Owes the owner a word that there is a key that acts for them; in a proven mailbox only.</summary>
    public static void OweKeyMade(this AuthDbContext db, User owner, ApiKey key, Client client, DateTimeOffset now)
    {
        if (owner is { EmailConfirmed: true, Email: { } address })
        {
            var data = Outbox.Describe(client);
            (data[Outbox.KeyName], data[Outbox.KeyExpiresAt]) = (key.Name, key.ExpiresAt.ToString("O", CultureInfo.InvariantCulture));
            db.OweMail(MailKinds.ApiKeyMade, owner, address, now, data);
        }
    }

    public static string NameOfKey(this OutgoingEmail owed) => owed.Details()[Outbox.KeyName];

    public static DateTimeOffset EndOfKey(this OutgoingEmail owed) => DateTimeOffset.Parse(owed.Details()[Outbox.KeyExpiresAt], CultureInfo.InvariantCulture);
}

/// <summary>Tells an administrator that a key was made in their name.</summary>
internal sealed class ApiKeyMadeMail(MailLinks links, MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ApiKeyMade;

    public async Task<Mail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var texts = printer.TextsIn(owed.Language);
        var news = new ApiKeyNews(owed.NameOfKey(), owed.CreatedAt, owed.EndOfKey());
        return await printer.PrintAsync(owed.Address, texts.ApiKeyMade(news, owed.Details().GetValueOrDefault(Outbox.Ip), links.ForgottenPassword(texts)));
    }
}

/// <summary>Tells the owner of a key that it is about to expire.</summary>
internal sealed class ApiKeyExpiringMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ApiKeyExpiring;

    public async Task<Mail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await printer.PrintAsync(owed.Address, printer.TextsIn(owed.Language).ApiKeyExpiring(new(owed.NameOfKey(), owed.CreatedAt, owed.EndOfKey())));
}

/// <summary>Tells the owner of a key that it stood in a URL.</summary>
internal sealed class ApiKeyExposedMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.ApiKeyExposed;

    public async Task<Mail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken) =>
        await printer.PrintAsync(owed.Address, printer.TextsIn(owed.Language).ApiKeyExposed(new(owed.NameOfKey(), owed.CreatedAt)));
}
