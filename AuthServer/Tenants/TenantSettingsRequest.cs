using System.Globalization;
using AuthServer.Domain;
using AuthServer.Http;

namespace AuthServer.Tenants;

/// <summary>What a tenant chooses for itself. A member that is left out stays as it is; null clears it.</summary>
public sealed record TenantSettingsRequest
{
    // A tenant that allowed less would sign its people out as soon as they have signed in, and whoever shares them with it.
    private const int LeastIdleMinutes = 5;
    private const int LeastAbsoluteMinutes = 60;
    private const int MinutesOfAYear = 365 * 24 * 60;

    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    // Setters, because the serialiser assigns every init-only property, given or not.

    /// <summary>Whether people may register into it by themselves.</summary>
    public bool? SelfRegistration { get; set => field = Given("self_registration", value); }

    /// <summary>Whether tokens are for it only once the person's mailbox is proven.</summary>
    public bool? RequireVerifiedEmail { get; set => field = Given("require_verified_email", value); }

    /// <summary>Whether its people need a second factor; kept, and not yet asked for at sign-in.</summary>
    public bool? RequireMfa { get; set => field = Given("require_mfa", value); }

    /// <summary>The name mails to its people come from: no address of any kind, and none of <c>&lt; &gt; @ " \</c>.</summary>
    public string? MailSenderName { get; set => field = Given("mail_sender_name", value); }

    /// <summary>Language of people who have chosen none: a BCP 47 tag such as <c>he</c>.</summary>
    public string? Locale { get; set => field = Given("locale", value); }

    /// <summary>Longest time in minutes that sessions may rest, 5 or more; it shortens what the roles allow, and never lengthens it.</summary>
    public int? SessionIdleMinutes { get; set => field = Given("session_idle_minutes", value); }

    /// <summary>Highest age of sessions in minutes, 60 or more; it shortens what the roles allow, and never lengthens it.</summary>
    public int? SessionAbsoluteMinutes { get; set => field = Given("session_absolute_minutes", value); }

    /// <summary>All of it put back.</summary>
    internal static TenantSettingsRequest Nothing() => new()
    {
        SelfRegistration = null,
        RequireVerifiedEmail = null,
        RequireMfa = null,
        MailSenderName = null,
        Locale = null,
        SessionIdleMinutes = null,
        SessionAbsoluteMinutes = null,
    };

    internal void Validate(FieldErrors errors)
    {
        errors.Text("settings.mail_sender_name", MailSenderName, maxLength: 100);
        SenderName(errors, "settings.mail_sender_name", MailSenderName);
        errors.LanguageTag("settings.locale", Locale);
        Minutes(errors, "settings.session_idle_minutes", SessionIdleMinutes, LeastIdleMinutes);
        Minutes(errors, "settings.session_absolute_minutes", SessionAbsoluteMinutes, LeastAbsoluteMinutes);
    }

    internal void ApplyTo(TenantSettings settings)
    {
        settings.SelfRegistration = Kept("self_registration", settings.SelfRegistration, SelfRegistration ?? false);
        settings.RequireVerifiedEmail = Kept("require_verified_email", settings.RequireVerifiedEmail, RequireVerifiedEmail ?? false);
        settings.RequireMfa = Kept("require_mfa", settings.RequireMfa, RequireMfa ?? false);
        settings.MailSenderName = Kept("mail_sender_name", settings.MailSenderName, string.IsNullOrWhiteSpace(MailSenderName) ? null : MailSenderName.Trim());
        settings.Locale = Kept("locale", settings.Locale, Locale);
        settings.SessionIdleMinutes = Kept("session_idle_minutes", settings.SessionIdleMinutes, SessionIdleMinutes);
        settings.SessionAbsoluteMinutes = Kept("session_absolute_minutes", settings.SessionAbsoluteMinutes, SessionAbsoluteMinutes);
    }

    /// <summary>What is wrong with all of it together, once it is merged.</summary>
    internal static FieldErrors Faults(TenantSettings settings)
    {
        var errors = new FieldErrors();
        if (settings.SessionAbsoluteMinutes < settings.SessionIdleMinutes)
        {
            errors.Add("settings.session_absolute_minutes", "At least session_idle_minutes.");
        }

        return errors;
    }

    // Many a mail program shows the name and not the address: a name that looks like one speaks for somebody else.
    private static void SenderName(FieldErrors errors, string field, string? value)
    {
        if (value is not null && (value.AsSpan().ContainsAny("<>@\"\\")
            || value.Contains("://", StringComparison.Ordinal) || value.Contains("www.", StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add(field, "A name, not an address: without < > @ \" \\, :// and www.");
        }
    }

    private static void Minutes(FieldErrors errors, string field, int? value, int least)
    {
        if (value < least || value > MinutesOfAYear)
        {
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"Between {least} and {MinutesOfAYear}, or null."));
        }
    }

    private T Kept<T>(string name, T old, T given) => _given.Contains(name) ? given : old;

    private T Given<T>(string name, T value)
    {
        _given.Add(name);
        return value;
    }
}
