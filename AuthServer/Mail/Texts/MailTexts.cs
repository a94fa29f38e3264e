
namespace AuthServer.Mail.Texts;

/// <summary>
/// The texts of all mails in one language. Subject and preview appear on locked screens: they contain neither the sender name,
/// which may be a clinic's, nor any user input. Addresses are passed in full and masked in the text.
/// </summary>
internal abstract class MailTexts
{
    private const string Product = "AuthServer";

    /// <summary>BCP 47 tag.</summary>
    public abstract string Language { get; }

    /// <summary>To somebody who registered and has to confirm the mailbox.</summary>
    public abstract MailContent VerifyEmail(string url, TimeSpan lifetime);

    /// <summary>To the owner of an account, after somebody registered with the same address.</summary>
    public abstract MailContent AlreadyRegistered(string resetUrl);

    public abstract MailContent ResetPassword(string url, TimeSpan lifetime);

    public abstract MailContent PasswordChanged(DateTimeOffset at, string? from, string resetUrl);

    /// <summary>Sent to the new address.</summary>
    public abstract MailContent ConfirmNewEmail(string url, TimeSpan lifetime);

    /// <summary>Sent to the current address.</summary>
    public abstract MailContent EmailChangeRequested(string newEmail, DateTimeOffset at);

    /// <summary>Sent to the replaced address.</summary>
    public abstract MailContent EmailChanged(string newEmail, DateTimeOffset at);

    public abstract MailContent NewDevice(string? device, Gathered when, string? from, string resetUrl);

    public abstract MailContent SessionEndedForReuse(string? device, Gathered when, string resetUrl);

    public abstract MailContent AccountLocked(DateTimeOffset until, string resetUrl);

    /// <summary>After very many wrong passwords in a row, waiting hardly helps any more.</summary>
    public abstract MailContent PasswordRefused(DateTimeOffset until, string resetUrl);

    public abstract MailContent Invitation(string url, TimeSpan lifetime, InvitationSender? from = null);

    /// <summary>To somebody who asked for another confirmation mail and needs none.</summary>
    public abstract MailContent AlreadyConfirmed(string resetUrl);

    /// <summary>Support requested a reset link on the person's behalf, and nobody has approved it yet.</summary>
    public abstract MailContent ResetAskedByStaff(DateTimeOffset at);

    /// <summary>Somebody requested the erasure of the account; signing in before it is due cancels it.</summary>
    public abstract MailContent ErasureRequested(DateTimeOffset at, DateTimeOffset due, string resetUrl);

    /// <summary>The erasure was cancelled because somebody signed in.</summary>
    public abstract MailContent ErasureUndone(DateTimeOffset at, string resetUrl);

    /// <summary>To somebody who got power over others.</summary>
    public abstract MailContent PowerGained(PowerNews news);

    /// <summary>To the other administrators.</summary>
    public abstract MailContent PowerGiven(PowerNews news);

    /// <summary>A key was created in the person's name.</summary>
    public abstract MailContent ApiKeyMade(ApiKeyNews news, string? from, string resetUrl);

    public abstract MailContent ApiKeyExpiring(ApiKeyNews news);

    /// <summary>The key appeared in a URL.</summary>
    public abstract MailContent ApiKeyExposed(ApiKeyNews news);

    public abstract MailContent LicenceVerified(LicenceNews news);

    public abstract MailContent LicenceRejected(LicenceNews news);

    public abstract MailContent LicenceSuspended(LicenceNews news);

    public abstract MailContent LicenceExpiring(LicenceNews news);

    public abstract MailContent LicenceExpired(LicenceNews news);

    /// <summary>The texts in the best match for a BCP 47 tag.</summary>
    /// <param name="language">The tag.</param>
    /// <param name="appName">The product's name, if it has another than ours.</param>
    /// <param name="contact">How to reach the people behind it.</param>
    public static MailTexts For(string? language, string? appName = null, string? contact = null)
    {
        var name = ProductName(appName);
        var people = string.IsNullOrWhiteSpace(contact) ? name : $"{name} ({contact.Trim()})";
        return Platform.Web.Language.Of(language) == Platform.Web.Language.Hebrew
            ? new HebrewTexts(name, people)
            : new EnglishTexts(name, people);
    }

    public static string ProductName(string? configured) => string.IsNullOrWhiteSpace(configured) ? Product : configured.Trim();

    /// <summary>The length in the largest unit that expresses it exactly; hours if it is below two days.</summary>
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

/// <summary>Who sent an invitation.</summary>
/// <param name="Clinic">The tenant's name.</param>
/// <param name="Person">The name of the member of staff, if they have one.</param>
internal sealed record InvitationSender(string Clinic, string? Person);

/// <summary>When it happened last, and how often within the hour that the mail is about.</summary>
internal sealed record Gathered(DateTimeOffset At, int Count = 1);

/// <summary>What a mail says about power that somebody got.</summary>
internal sealed record PowerNews(IReadOnlyList<string> Roles, string? Tenant, DateTimeOffset At, string? Person = null);

/// <summary>What a mail says about an API key; never the key itself.</summary>
internal sealed record ApiKeyNews(string Name, DateTimeOffset At, DateTimeOffset? ExpiresAt = null);

/// <summary>What a mail says about a licence; never its number.</summary>
internal sealed record LicenceNews(string? Jurisdiction, string? Reason = null, DateOnly? ExpiresOn = null);
