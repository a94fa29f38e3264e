
namespace AuthServer.Mail.Texts;

/// <summary>
/// What each mail says, in one language. Subject and preview stand on locked screens: they name neither the sender,
/// which may be a clinic, nor anything that came from people. Whole addresses go in and masked ones come out.
/// </summary>
internal abstract class MailTexts
{
    private const string Product = "AuthServer";

    /// <summary>BCP 47 tag of the language.</summary>
    public abstract string Language { get; }

    /// <summary>To somebody who registered: the mailbox is to be proven.</summary>
    public abstract MailContent VerifyEmail(string url, TimeSpan lifetime);

    /// <summary>To somebody who has an account, after a registration with the same address.</summary>
    public abstract MailContent AlreadyRegistered(string resetUrl);

    public abstract MailContent ResetPassword(string url, TimeSpan lifetime);

    public abstract MailContent PasswordChanged(DateTimeOffset at, string? from, string resetUrl);

    /// <summary>To the new address.</summary>
    public abstract MailContent ConfirmNewEmail(string url, TimeSpan lifetime);

    /// <summary>To the address there is still.</summary>
    public abstract MailContent EmailChangeRequested(string newEmail, DateTimeOffset at);

    /// <summary>To the address that was replaced.</summary>
    public abstract MailContent EmailChanged(string newEmail, DateTimeOffset at);

    public abstract MailContent NewDevice(string? device, DateTimeOffset at, string? from, string resetUrl);

    public abstract MailContent SessionEndedForReuse(string? device, DateTimeOffset at, string resetUrl);

    public abstract MailContent AccountLocked(DateTimeOffset until, string resetUrl);

    public abstract MailContent Invitation(string url, TimeSpan lifetime);

    /// <summary>Support was asked for a link on the person's behalf, and nobody has agreed yet.</summary>
    public abstract MailContent ResetAskedByStaff(DateTimeOffset at);

    /// <summary>Somebody asked for the account to be erased; until then signing in keeps it.</summary>
    public abstract MailContent ErasureRequested(DateTimeOffset at, DateTimeOffset due, string resetUrl);

    /// <summary>The account stays, because somebody signed in.</summary>
    public abstract MailContent ErasureUndone(DateTimeOffset at, string resetUrl);

    /// <summary>A key was made in the person's name.</summary>
    public abstract MailContent ApiKeyMade(ApiKeyNews news, string? from, string resetUrl);

    public abstract MailContent ApiKeyExpiring(ApiKeyNews news);

    /// <summary>A key stood in a URL.</summary>
    public abstract MailContent ApiKeyExposed(ApiKeyNews news);

    public abstract MailContent LicenceVerified(LicenceNews news);

    public abstract MailContent LicenceRejected(LicenceNews news);

    public abstract MailContent LicenceSuspended(LicenceNews news);

    public abstract MailContent LicenceExpiring(LicenceNews news);

    public abstract MailContent LicenceExpired(LicenceNews news);

    /// <summary>The texts in the language nearest to a BCP 47 tag.</summary>
    public static MailTexts For(string? language, string? appName = null)
    {
        var name = string.IsNullOrWhiteSpace(appName) ? Product : appName.Trim();
        return Platform.Web.Language.Of(language) == Platform.Web.Language.Hebrew ? new HebrewTexts(name) : new EnglishTexts(name);
    }

    /// <summary>How long, in the largest unit that says it exactly; below two days in hours.</summary>
    protected static (int Count, TimeUnit Unit) Measure(TimeSpan span) =>
        span.TotalDays >= 2 && span.Ticks % TimeSpan.TicksPerDay == 0 ? ((int)span.TotalDays, TimeUnit.Days)
        : span.TotalHours >= 1 && span.Ticks % TimeSpan.TicksPerHour == 0 ? ((int)span.TotalHours, TimeUnit.Hours)
        : (Math.Max(1, (int)span.TotalMinutes), TimeUnit.Minutes);

    protected enum TimeUnit
    {
        Minutes,
        Hours,
        Days,
    }
}

/// <summary>What a mail tells of an API key; never the key.</summary>
/// <param name="Name">What the service is called.</param>
/// <param name="At">When it happened.</param>
/// <param name="ExpiresAt">When it stops working, where that is what it is about.</param>
internal sealed record ApiKeyNews(string Name, DateTimeOffset At, DateTimeOffset? ExpiresAt = null);

/// <summary>What a mail tells of a licence; never its number.</summary>
/// <param name="Jurisdiction">Who gave it, where it is known.</param>
/// <param name="Reason">What the administrator said.</param>
/// <param name="ExpiresOn">Its last day.</param>
internal sealed record LicenceNews(string? Jurisdiction, string? Reason = null, DateOnly? ExpiresOn = null);
