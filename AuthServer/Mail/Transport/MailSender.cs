using System.Globalization;
using System.Text;
using AuthServer.Platform.Configuration;

namespace AuthServer.Mail.Transport;

/// <summary>Who mails come from.</summary>
internal sealed class MailSender(EmailSettings settings, ServerSettings server)
{
    /// <summary>Without one, which only mails in a folder can be, it is one that nobody answers.</summary>
    public string Address { get; } = string.IsNullOrEmpty(settings.FromAddress)
        ? $"no-reply@{new Uri(server.PublicUrl!).Host}"
        : settings.FromAddress;

    public string Name { get; } = HeaderText.Clean(settings.FromName);

    /// <summary>Whoever the mail's tenant wants it to come from; the address stays the server's, for which it may send.</summary>
    public string NameOn(OutgoingMessage message) =>
        message.SenderName is { } name && HeaderText.Clean(name) is { Length: > 0 } clean ? clean : Name;

    /// <summary>RFC 5322 section 3.6.4, and nothing in it but the row's id.</summary>
    public string MessageIdOf(Guid id) =>
        string.Create(CultureInfo.InvariantCulture, $"<{id:D}@{Address[(Address.LastIndexOf('@') + 1)..]}>");
}

/// <summary>Text that is fit for a header: whatever people put into their names, it stays on its line (ASVS 1.3.11).</summary>
internal static class HeaderText
{
    private const int EmbeddingFirst = 0x202A, EmbeddingLast = 0x202E, IsolateFirst = 0x2066, IsolateLast = 0x2069;

    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        // Half a surrogate pair comes out of this as U+FFFD.
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
