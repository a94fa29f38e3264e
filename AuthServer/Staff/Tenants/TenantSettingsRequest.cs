using System.Globalization;
using AuthServer.Domain;
using AuthServer.Mail.Texts;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Tenants;

/// <summary>What a tenant configures for itself. A member that is left out or null stays as it is.</summary>
public sealed record TenantSettingsRequest : IPatchPart
{
    // With less, people would be signed out right after signing in, also those who belong to other tenants as well.
    private const int LeastIdleMinutes = 5;
    private const int LeastAbsoluteMinutes = 60;
    private const int MaxUrl = 500;
    private const int MinutesOfAYear = 365 * 24 * 60;

    /// <summary>Whether people may register into it by themselves.</summary>
    public Optional<bool?> SelfRegistration { get; init; }

    /// <summary>Whether tokens are issued for it only once the person's mailbox is confirmed.</summary>
    public Optional<bool?> RequireVerifiedEmail { get; init; }

    /// <summary>Whether its people need a second factor. Only false is accepted: sign-in cannot ask for one yet.</summary>
    public Optional<bool?> RequireMfa { get; init; }

    /// <summary>
    /// The sender name of mails to its people: not an address of any kind, without <c>&lt; &gt; @ " \</c>, and not like the server's own
    /// or a security team's, in whatever letters.
    /// </summary>
    public Optional<string?> MailSenderName { get; init; }

    /// <summary>Language of people who have not chosen one: a BCP 47 tag such as <c>he</c>.</summary>
    public Optional<string?> Locale { get; init => field = value.Map(LanguageTag.Of); }

    /// <summary>Where its people sign in: an https address or an app's own scheme. Pages link there.</summary>
    public Optional<string?> AppUrl { get; init; }

    /// <summary>Idle timeout of sessions in minutes, 5 or more; can only shorten the limits of the roles.</summary>
    public Optional<int?> SessionIdleMinutes { get; init; }

    /// <summary>Maximum age of sessions in minutes, 60 or more; can only shorten the limits of the roles.</summary>
    public Optional<int?> SessionAbsoluteMinutes { get; init; }

    /// <summary>A request that resets all settings.</summary>
    internal static TenantSettingsRequest Nothing() => new()
    {
        SelfRegistration = new(null),
        RequireVerifiedEmail = new(null),
        RequireMfa = new(null),
        MailSenderName = new(null),
        Locale = new(null),
        AppUrl = new(null),
        SessionIdleMinutes = new(null),
        SessionAbsoluteMinutes = new(null),
    };

    internal void Validate(FieldErrors errors)
    {
        errors.Text("settings.mail_sender_name", MailSenderName.Value, maxLength: 100);
        if (RequireMfa.Value == true)
        {
            errors.Add("settings.require_mfa", "Not available yet: there is no second factor that sign-in could ask for.");
        }

        errors.LanguageTag("settings.locale", Locale.Value);
        AppLink(errors, "settings.app_url", AppUrl.Value);
        Minutes(errors, "settings.session_idle_minutes", SessionIdleMinutes.Value, LeastIdleMinutes);
        Minutes(errors, "settings.session_absolute_minutes", SessionAbsoluteMinutes.Value, LeastAbsoluteMinutes);
    }

    internal void ApplyTo(TenantSettings settings)
    {
        settings.SelfRegistration = SelfRegistration.Or(settings.SelfRegistration) ?? false;
        settings.RequireVerifiedEmail = RequireVerifiedEmail.Or(settings.RequireVerifiedEmail) ?? false;
        settings.RequireMfa = RequireMfa.Or(settings.RequireMfa) ?? false;
        settings.MailSenderName = MailSenderName.Or(settings.MailSenderName)?.Trim() is { Length: > 0 } name ? name : null;
        settings.Locale = Locale.Or(settings.Locale);
        settings.AppUrl = AppUrl.Or(settings.AppUrl) is { Length: > 0 } url ? url : null;
        settings.SessionIdleMinutes = SessionIdleMinutes.Or(settings.SessionIdleMinutes);
        settings.SessionAbsoluteMinutes = SessionAbsoluteMinutes.Or(settings.SessionAbsoluteMinutes);
    }

    /// <summary>Validates what depends on the server, and the settings together after they were merged.</summary>
    internal FieldErrors Faults(TenantSettings merged, MailSender sender)
    {
        var errors = new FieldErrors();
        if (MailSenderName.Value is { } name && !string.IsNullOrWhiteSpace(name)
            && (name.AsSpan().ContainsAny("<>\"\\") || SenderName.IsMisleading(name, sender.Name)))
        {
            errors.Add("settings.mail_sender_name", SenderName.Rule);
        }

        if (merged.SessionAbsoluteMinutes < merged.SessionIdleMinutes)
        {
            errors.Add("settings.session_absolute_minutes", "At least session_idle_minutes.");
        }

        return errors;
    }

    private static void AppLink(FieldErrors errors, string field, string? value)
    {
        if (value is { Length: > 0 } && (value.Length > MaxUrl || !LinkSettings.IsFit(value)))
        {
            errors.Add(field, "An https address or an app's own scheme, such as com.example.app://sign-in, without a fragment.");
        }
    }

    private static void Minutes(FieldErrors errors, string field, int? value, int least)
    {
        if (value < least || value > MinutesOfAYear)
        {
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"Between {least} and {MinutesOfAYear}, or null."));
        }
    }
}
