using AuthServer.Mail;
using AuthServer.Mail.Texts;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuthServer.Tests.Mail;

/// <summary>One mail of each kind, as it would be sent.</summary>
internal static class Mails
{
    public const string To = "dana@example.com";
    public const string Url =
        "https://auth.example.com/account/page?token=CfDJ8PbX0m3nR-s4tK9wQz7LhYvEoU1aGdT6iNcJxFpWqBrSeMkZ2uVyHl5Af_D&lang=he";
    public const string Address = "192.0.2.17";
    public const string UserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    public static readonly DateTimeOffset At = new(2026, 11, 21, 7, 4, 59, TimeSpan.FromHours(2));

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private static readonly Dictionary<string, Func<MailTexts, MailContent>> All = new(StringComparer.Ordinal)
    {
        ["verify"] = texts => texts.VerifyEmail(Url, Lifetime),
        ["already-registered"] = texts => texts.AlreadyRegistered(Url),
        ["reset"] = texts => texts.ResetPassword(Url, TimeSpan.FromHours(1)),
        ["password-changed"] = texts => texts.PasswordChanged(At, Address, Url),
        ["confirm-new-email"] = texts => texts.ConfirmNewEmail(Url, Lifetime),
        ["email-change-requested"] = texts => texts.EmailChangeRequested("somebody.with.a.long.name@a-long-domain-name.example.com", At),
        ["email-changed"] = texts => texts.EmailChanged("new.address@example.org", At),
        ["new-device"] = texts => texts.NewDevice(UserAgent, new(At), Address, Url),
        ["session-ended"] = texts => texts.SessionEndedForReuse("Dana's phone", new(At, 3), Url),
        ["locked"] = texts => texts.AccountLocked(At, Url),
        ["already-confirmed"] = texts => texts.AlreadyConfirmed(Url),
        ["invitation-by-clinic"] = texts => texts.Invitation(Url, TimeSpan.FromHours(72), new("North Clinic", "Rosa Levi")),
        ["password-refused"] = texts => texts.PasswordRefused(At, Url),
        ["invitation"] = texts => texts.Invitation(Url, TimeSpan.FromHours(72)),
        ["licence-verified"] = texts => texts.LicenceVerified(new("IL", ExpiresOn: new(2027, 11, 21))),
        ["licence-rejected"] = texts =>
            texts.LicenceRejected(
                new("US-NY", "The register knows the number under another name; please send a copy of the licence with the new one.")),
        ["licence-suspended"] = texts => texts.LicenceSuspended(new("IL", "The register says that it rests.")),
        ["licence-expiring"] = texts => texts.LicenceExpiring(new("IL", ExpiresOn: new(2026, 11, 28))),
        ["licence-expired"] = texts => texts.LicenceExpired(new("IL", ExpiresOn: new(2026, 11, 20))),
        ["erasure-requested"] = texts => texts.ErasureRequested(At, At + TimeSpan.FromDays(14), Url),
        ["erasure-undone"] = texts => texts.ErasureUndone(At, Url),
        ["api-key-made"] = texts => texts.ApiKeyMade(new("billing", At, At.AddDays(90)), Address, Url),
        ["api-key-expiring"] = texts => texts.ApiKeyExpiring(new("billing", At, At.AddDays(7))),
        ["api-key-exposed"] = texts => texts.ApiKeyExposed(new("billing", At)),
        ["power-gained"] = texts => texts.PowerGained(new(["admin", "physician"], "North Clinic", At)),
        ["power-given"] = texts => texts.PowerGiven(new(["support"], null, At, "dana.levi@example.com")),
        ["reset-asked-by-staff"] = texts => texts.ResetAskedByStaff(At),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static TheoryData<string, string> InEachLanguage
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in Names)
            {
                data.Add(name, "en");
                data.Add(name, "he");
            }

            return data;
        }
    }

    public static MailContent Content(string name, string language, string? appName = null) => All[name](MailTexts.For(language, appName));

    public static Task<RenderedMail> PrintAsync(string name, string language, string? appName = null) =>
        PrintAsync(Content(name, language, appName));

    public static async Task<RenderedMail> PrintAsync(MailContent content)
    {
        await using var renderer = new ComponentRenderer(NullLoggerFactory.Instance);
        return await new MailPrinter(renderer, new EmailSettings()).PrintAsync(To, content);
    }
}
