using System.Globalization;
using System.Text;
using AuthServer.Domain;
using AuthServer.Platform.Configuration;

namespace AuthServer.Mail.Transport;

/// <summary>The sender of mails.</summary>
internal sealed class MailSender(EmailSettings settings, ServerSettings server)
{
    /// <summary>Only mails written to a folder can lack a sender address; they get a placeholder.</summary>
    public string Address { get; } = string.IsNullOrEmpty(settings.FromAddress)
        ? $"no-reply@{new Uri(server.PublicUrl!).Host}"
        : settings.FromAddress;

    public string Name { get; } = HeaderText.Clean(settings.FromName);

    /// <summary>
    /// The sender name the mail's tenant chose, or the server's: also where the tenant chose one before such names were refused. The
    /// address is always the server's own, for which it is authorised to send.
    /// </summary>
    public string NameOn(OutgoingMessage message) =>
        message.SenderName is { } name && HeaderText.Clean(name) is { Length: > 0 } clean && !SenderName.IsMisleading(clean, Name)
            ? clean
            : Name;

    /// <summary>RFC 5322 section 3.6.4; contains nothing but the row's id.</summary>
    public string MessageIdOf(Guid id) =>
        string.Create(CultureInfo.InvariantCulture, $"<{id:D}@{Address[(Address.LastIndexOf('@') + 1)..]}>");
}

/// <summary>Makes text safe for a header: whatever people enter as a name, it stays on its line (ASVS 1.3.11).</summary>
internal static class HeaderText
{
    private const int EmbeddingFirst = 0x202A, EmbeddingLast = 0x202E, IsolateFirst = 0x2066, IsolateLast = 0x2069;

    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        // Half a surrogate pair becomes U+FFFD here.
        foreach (var rune in text.EnumerateRunes().Where(rune => !TurnsTextAround(rune)))
        {
            clean.Append(
                Rune.GetUnicodeCategory(
                    rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                        ? " "
                        : rune.ToString());
        }

        return clean.ToString().Trim();
    }

    private static bool TurnsTextAround(Rune rune) =>
        rune.Value is (>= EmbeddingFirst and <= EmbeddingLast) or (>= IsolateFirst and <= IsolateLast);
}
