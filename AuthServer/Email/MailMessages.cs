using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace AuthServer.Email;

/// <summary>Brings a mail into the form of System.Net.Mail.</summary>
internal static class MailMessages
{
    private static readonly ContentType Plain = new("text/plain; charset=utf-8");
    private static readonly ContentType Html = new("text/html; charset=utf-8");

    /// <summary>The mail, text first, because programs show the last alternative they understand (RFC 2046 section 5.1.4).</summary>
    /// <exception cref="FormatException">The recipient's address is none.</exception>
    public static MailMessage Compose(OutgoingMessage message, MailSender sender, TransferEncoding? encoding, Action? whenRead = null)
    {
        var mail = message.Mail;
        var composed = new MailMessage
        {
            From = new MailAddress(sender.Address, sender.NameOn(message), Encoding.UTF8),
            Subject = HeaderText.Clean(mail.Subject),
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
        };
        composed.To.Add(MailAddress.TryCreate(mail.To, out var to) ? to : throw new FormatException("The recipient's address is none."));
        composed.Headers.Add("Message-ID", message.MessageId);
        // RFC 3834: nobody's absence notes, please.
        composed.Headers.Add("Auto-Submitted", "auto-generated");
        composed.Headers.Add("Content-Language", HeaderText.Clean(mail.Language));
        composed.AlternateViews.Add(View(mail.Text, Plain, encoding, whenRead));
        composed.AlternateViews.Add(View(mail.Html, Html, encoding, whenRead));
        return composed;
    }

    /// <summary>Then quoted-printable leaves it readable; Hebrew would take three times its size.</summary>
    public static bool IsMostlyAscii(string text) => text.Count(character => !char.IsAscii(character)) * 6 <= text.Length;

    private static AlternateView View(string text, ContentType type, TransferEncoding? encoding, Action? whenRead) =>
        new(new Content(text, whenRead), new ContentType(type.ToString()))
        {
            TransferEncoding = encoding ?? (IsMostlyAscii(text) ? TransferEncoding.QuotedPrintable : TransferEncoding.Base64),
        };

    // The only sign System.Net.Mail gives of how far the conversation has come: the text is read when it is to be sent.
    private sealed class Content(string text, Action? whenRead) : MemoryStream(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), writable: false)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            whenRead?.Invoke();
            return base.Read(buffer, offset, count);
        }

        public override int Read(Span<byte> buffer)
        {
            whenRead?.Invoke();
            return base.Read(buffer);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            whenRead?.Invoke();
            return base.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            whenRead?.Invoke();
            return base.ReadAsync(buffer, offset, count, cancellationToken);
        }
    }
}
