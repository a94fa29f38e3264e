using AuthServer.Mail;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Configuration;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>Transports and mails to send through them.</summary>
internal static class Transports
{
    /// <summary>For servers that never answer. One that does may be slower than this on a busy machine.</summary>
    public static readonly MailTimeouts Impatient = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

    public static IMailTransport Make(EmailSettings settings, MailTimeouts? timeouts = null, TimeProvider? clock = null) =>
        new MailKitTransport(settings, SenderFor(settings), timeouts ?? MailTimeouts.Usual, clock ?? TimeProvider.System);

    public static MailSender SenderFor(EmailSettings settings) =>
        new(settings, new ServerSettings { PublicUrl = "https://auth.example.com" });

    /// <summary>Unencrypted to a server on this machine.</summary>
    public static EmailSettings To(SmtpSink sink) =>
        new() { Host = "localhost", Port = sink.Port, Security = SmtpSecurity.None, FromAddress = "no-reply@example.com" };

    public static OutgoingMessage Message(
        string to = "dana@example.net", string subject = "Reset your password", string html = "<p>Hello</p>", string text = "Hello",
        string language = "en") =>
        new(
            new RenderedMail(to, subject, html, text, language), $"<{Guid.NewGuid():D}@example.com>",
            new DateTimeOffset(2026, 11, 21, 8, 5, 9, TimeSpan.FromHours(2)));

    public static async Task<DeliveryOutcome> SendAsync(this IMailTransport transport, OutgoingMessage message)
    {
        await using var session = transport.Open();
        return await session.SendAsync(message, CancellationToken.None);
    }
}
