using MimeKit;

namespace AuthServer.Mail.Transport;

/// <summary>Builds the MIME message.</summary>
internal static class MimeMessages
{
    /// <summary>
    /// Plain text comes first, because programs show the last alternative they understand (RFC 2046 section 5.1.4). Without an
    /// <paramref name="encoding"/> the bodies use one that every mail server accepts.
    /// </summary>
    /// <exception cref="FormatException">The recipient's address is invalid.</exception>
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
        // RFC 3834: suppresses automatic replies.
        composed.Headers.Add("Auto-Submitted", "auto-generated");
        composed.Headers.Add("Content-Language", HeaderText.Clean(mail.Language));
        return composed;
    }

    // MimeKit accepts a bare name, and even an empty one, as a local address.
    private static MailboxAddress Recipient(string address) =>
        new MailboxAddress("", address) is { Domain.Length: > 0 } recipient
            ? recipient
            : throw new FormatException("The recipient's address is invalid.");

    private static TextPart Part(string subtype, string text, ContentEncoding? encoding) => new(subtype)
    {
        Text = text.ReplaceLineEndings("\r\n"),
        ContentTransferEncoding = encoding ?? (IsMostlyAscii(text) ? ContentEncoding.QuotedPrintable : ContentEncoding.Base64),
    };

    // Quoted-printable keeps mostly-ASCII text readable but triples the size of Hebrew.
    private static bool IsMostlyAscii(string text) => text.Count(character => !char.IsAscii(character)) * 6 <= text.Length;
}
