using AuthServer.Platform.Configuration;
using AuthServer.Platform.Web;

namespace AuthServer.Mail.Texts;

/// <summary>Where the links in mails may lead besides the server's own pages.</summary>
public sealed class LinkSettings : ISettings
{
    static string ISettings.Section => "Links";

    /// <summary>Links of apps, to which the token is appended; apps name one of them byte for byte.</summary>
    public IList<string> Allowed { get; } = [];

    IEnumerable<string> ISettings.Validate() => Allowed.Where(link => !IsFit(link)).Select(link =>
        $"Links:Allowed holds '{link}', which cannot carry a token safely. Give an https address or an app's own scheme, "
            + "without a fragment, for example com.example.app://reset.");

    // Plain http sends the token in the clear; a scheme without a dot can be claimed by any app (RFC 8252 section 7.1).
    private static bool IsFit(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var uri)
            && uri.Fragment.Length == 0
            && uri.UserInfo.Length == 0
            && link.All(char.IsAscii)
            && !link.Any(char.IsWhiteSpace)
        && (uri.Scheme == "https" || uri.Scheme.Contains('.', StringComparison.Ordinal) || (uri.Scheme == "http" && uri.IsLoopback));
}

/// <summary>
/// Makes the links in mails. Their base comes from the configuration, never from the Host header of whoever asked for the
/// mail (ASVS 13.4.4): or a stranger could have somebody's token sent to a server of his own.
/// </summary>
internal sealed class MailLinks(ServerSettings server, LinkSettings links)
{
    /// <summary>Under this name a mail remembers the app's link it was asked for with.</summary>
    public const string Key = "link";

    /// <summary>What is wrong with a link that an app names, or null.</summary>
    public Problem? Fault(string? link) =>
        link is null || links.Allowed.Contains(link)
            ? null
            : FieldErrors.One(Key, "Not one of the links that the server's configuration allows.");

    /// <summary>The link as a mail remembers it.</summary>
    public static Dictionary<string, string>? Data(string? link) => link is null ? null : new(StringComparer.Ordinal) { [Key] = link };

    /// <summary>The app's link if the mail names one that is still allowed, otherwise the page of ours.</summary>
    public string For(string page, string token, MailTexts texts, IReadOnlyDictionary<string, string> data) =>
        data.TryGetValue(Key, out var link) && links.Allowed.Contains(link)
            ? $"{link}{(link.Contains('?', StringComparison.Ordinal) ? '&' : '?')}token={token}"
            : $"{server.PublicUrl}{page}?token={token}&lang={texts.Language}";

    /// <summary>The page of ours where a link to set a new password can be asked for.</summary>
    public string ForgottenPassword(MailTexts texts) => $"{server.PublicUrl}{MailPages.ForgottenPassword}?lang={texts.Language}";
}

/// <summary>The pages that mailed links lead to.</summary>
internal static class MailPages
{
    public const string ResetPassword = "/account/reset-password";
    /// <summary>Asks for a link to set a new password.</summary>
    public const string ForgottenPassword = "/account/forgotten-password";

    public const string ConfirmEmail = "/account/confirm-email";
    public const string ConfirmNewEmail = "/account/confirm-new-email";
    public const string Invitation = "/account/invitation";
}
