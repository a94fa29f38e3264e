using System.Globalization;
using AuthServer.Domain;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;

namespace AuthServer.Staff.Physicians;

internal static class LicenceMails
{
    public const string State = "state", Jurisdiction = "jurisdiction", Reason = "reason", ExpiresOn = "expires_on";

    private const string Day = "yyyy-MM-dd";

    /// <summary>Enqueues a notice about the licence's current state; only if the mailbox is confirmed.</summary>
    public static void EnqueueLicenceMail(this AuthDbContext db, string kind, User user, Licence licence, DateTimeOffset now)
    {
        if (!user.EmailConfirmed || user.Email is not { } address)
        {
            return;
        }

        var data = new Dictionary<string, string>(StringComparer.Ordinal) { [State] = SnakeCase.Of(licence.State) };
        Add(data, Jurisdiction, licence.Jurisdiction);
        Add(data, Reason, licence.Reason);
        Add(data, ExpiresOn, licence.ExpiresOn?.ToString(Day, CultureInfo.InvariantCulture));
        db.EnqueueMail(kind, user, address, now, data);
    }

    public static LicenceNews News(this OutgoingEmail owed)
    {
        var details = owed.Details();
        return new(details.GetValueOrDefault(Jurisdiction), details.GetValueOrDefault(Reason),
            details.GetValueOrDefault(ExpiresOn) is { } day ? DateOnly.ParseExact(day, Day, CultureInfo.InvariantCulture) : null);
    }

    private static void Add(Dictionary<string, string> data, string name, string? value)
    {
        if (value is not null)
        {
            data[name] = value;
        }
    }
}

/// <summary>Tells a physician what an administrator decided.</summary>
internal sealed class LicenceDecidedMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.LicenceDecided;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var (texts, news) = (printer.TextsIn(owed.Language), owed.News());
        var content = owed.Details()[LicenceMails.State] switch
        {
            "verified" => texts.LicenceVerified(news),
            "suspended" => texts.LicenceSuspended(news),
            _ => texts.LicenceRejected(news),
        };
        return await printer.PrintAsync(owed.Address, content);
    }
}

/// <summary>Tells a physician that a licence is about to expire or has expired.</summary>
internal sealed class LicenceExpiringMail(MailPrinter printer) : IMailWriter
{
    public string Kind => MailKinds.LicenceExpiring;

    public async Task<RenderedMail?> WriteAsync(OutgoingEmail owed, CancellationToken cancellationToken)
    {
        var (texts, news) = (printer.TextsIn(owed.Language), owed.News());
        return await printer.PrintAsync(
            owed.Address, owed.Details()[LicenceMails.State] == "expired" ? texts.LicenceExpired(news) : texts.LicenceExpiring(news));
    }
}
