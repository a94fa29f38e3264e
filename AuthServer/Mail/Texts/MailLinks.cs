using AuthServer.Platform.Configuration;
using AuthServer.Platform.Web;

namespace AuthServer.Mail.Texts;

/// <summary>Where links in mails may lead besides the server's own pages.</summary>
public sealed class LinkSettings : ISettings
{
    static string ISettings.Section => "Links";

    /// <summary>Where people sign in: pages link there when they have done their part. A tenant can have its own.</summary>
    public string? App { get; set; }

    /// <summary>Links of apps, to which the token is appended. A request must name one of them byte for byte.</summary>
    public IList<string> Allowed { get; } = [];

    IEnumerable<string> ISettings.Validate() =>
    [
        .. Allowed.Where(link => !IsFit(link)).Select(link =>
            $"Links:Allowed holds '{link}', which cannot carry a token safely. Give an https address or an app's own scheme, "
                + "without a fragment, for example com.example.app://reset."),
        .. App is { Length: > 0 } app && !IsFit(app)
            ? [$"Links:App is '{app}'. Give an https address or an app's own scheme, for example https://app.example.com/sign-in."]
            : Array.Empty<string>(),
    ];

    // Plain http would send the token in the clear; any app can claim a scheme without a dot (RFC 8252 section 7.1).
    internal static bool IsFit(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var uri)
            && uri.Fragment.Length == 0
            && uri.UserInfo.Length == 0
            && link.All(char.IsAscii)
            && !link.Any(char.IsWhiteSpace)
        && (uri.Scheme == "https" || uri.Scheme.Contains('.', StringComparison.Ordinal) || (uri.Scheme == "http" && uri.IsLoopback));
}

/// <summary>
/// Builds the links in mails. Their base comes from the configuration, never from the Host header of the request (ASVS 13.4.4):
/// otherwise a stranger could have somebody's token sent to their own server.
/// </summary>
internal sealed class MailLinks(ServerSettings server, LinkSettings links)
{
    /// <summary>The key in a mail's data under which the app's link is stored.</summary>
    public const string Key = "link";

    /// <summary>Checks the link that an app names.</summary>
    public static void Check(FieldErrors errors, string? link)
    {
        if (link is not null && errors.Services?.GetRequiredService<LinkSettings>().Allowed.Contains(link) == false)
        {
            errors.Add(Key, "Not one of the links that the server's configuration allows.");
        }
    }

    /// <summary>The link in the form a mail's data stores it.</summary>
    public static Dictionary<string, string>? Data(string? link) => link is null ? null : new(StringComparer.Ordinal) { [Key] = link };

    /// <summary>The app's link if the mail names one that is still allowed, otherwise our own page.</summary>
    public string For(string page, string token, MailTexts texts, IReadOnlyDictionary<string, string> data) =>
        data.TryGetValue(Key, out var link) && links.Allowed.Contains(link)
            ? $"{link}{(link.Contains('?', StringComparison.Ordinal) ? '&' : '?')}token={token}"
            : $"{server.PublicUrl}{page}?token={token}&lang={texts.Language}";

    /// <summary>Our page for requesting a password reset link.</summary>
    public string ForgottenPassword(MailTexts texts) => $"{server.PublicUrl}{MailPages.ForgottenPassword}?lang={texts.Language}";
}

/// <summary>The pages that links in mails lead to.</summary>
internal static class MailPages
{
    public const string ResetPassword = "/account/reset-password";
    /// <summary>The form that requests a password reset link.</summary>
    public const string ForgottenPassword = "/account/forgotten-password";

    public const string ConfirmEmail = "/account/confirm-email";
    public const string ConfirmNewEmail = "/account/confirm-new-email";
    public const string Invitation = "/account/invitation";
}
