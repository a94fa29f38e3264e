using MimeKit;

namespace AuthServer.Mail.Transport;

/// <summary>Brings a mail into the form in which it travels.</summary>
internal static class MimeMessages
{
    /// <summary>The mail, text first, because programs show the last alternative they understand (RFC 2046 section 5.1.4).
    /// Without an <paramref name="encoding"/> its texts are written so that they pass everywhere.</summary>
    /// <exception cref="FormatException">The recipient's address is none.</exception>
    public static MimeMessage Compose(OutgoingMessage message, MailSender sender, ContentEncoding? encoding = null)
    {
        var mail = message.Mail;
        var composed = new MimeMessage
        {
            MessageId = message.MessageId.Trim('<', '>'),
            Date = message.Date,
            Subject = HeaderText.Clean(mail.Subject),
            Body = new MultipartAlternative { Part("plain", mail.Text, encoding), Part("html", mail.Html, encoding) },
        };
        composed.From.Add(new MailboxAddress(sender.NameOn(message), sender.Address));
        composed.To.Add(Recipient(mail.To));
        // RFC 3834: nobody's absence notes, please.
        composed.Headers.Add("Auto-Submitted", "auto-generated");
        composed.Headers.Add("Content-Language", HeaderText.Clean(mail.Language));
        return composed;
    }

    // MimeKit takes a bare name, and no name at all, for an address on this machine.
    private static MailboxAddress Recipient(string address) =>
        new MailboxAddress("", address) is { Domain.Length: > 0 } recipient
            ? recipient
            : throw new FormatException("The recipient's address is none.");

    private static TextPart Part(string subtype, string text, ContentEncoding? encoding) => new(subtype)
    {
        Text = text.ReplaceLineEndings("\r\n"),
        ContentTransferEncoding = encoding ?? (IsMostlyAscii(text) ? ContentEncoding.QuotedPrintable : ContentEncoding.Base64),
    };

    // Then quoted-printable leaves it readable; Hebrew would take three times its size.
    private static bool IsMostlyAscii(string text) => text.Count(character => !char.IsAscii(character)) * 6 <= text.Length;
}
