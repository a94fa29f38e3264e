using AuthServer.Email;
using AuthServer.Http;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Email;

/// <summary>Every way to a mail server that was compiled: System.Net.Mail's always, MailKit's with -p:UseMailKit=true.</summary>
internal static class Transports
{
    public static readonly MailTimeouts Impatient = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

    private static readonly Dictionary<string, Type> Smtp = typeof(IMailTransport).Assembly.GetTypes()
        .Where(type => type.IsClass && type.IsAssignableTo(typeof(IMailTransport)) && type != typeof(FolderTransport))
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static IEnumerable<string> Names => Smtp.Keys;

    public static IMailTransport Make(string name, EmailSettings settings, MailTimeouts? timeouts = null) =>
        (IMailTransport)Activator.CreateInstance(Smtp[name], settings, SenderFor(settings), timeouts ?? MailTimeouts.Usual)!;

    public static MailSender SenderFor(EmailSettings settings) => new(settings, new ServerSettings { PublicUrl = "https://auth.example.com" });

    /// <summary>In the clear to a server on this machine.</summary>
    public static EmailSettings To(SmtpSink sink) => new() { Host = "localhost", Port = sink.Port, Security = SmtpSecurity.None, FromAddress = "no-reply@example.com" };

    public static OutgoingMessage Message(string to = "dana@example.net", string subject = "Reset your password", string html = "<p>Hello</p>", string text = "Hello", string language = "en") =>
        new(new Mail(to, subject, html, text, language), $"<{Guid.NewGuid():D}@example.com>", new DateTimeOffset(2026, 11, 21, 8, 5, 9, TimeSpan.FromHours(2)));

    public static async Task<DeliveryOutcome> SendAsync(this IMailTransport transport, OutgoingMessage message)
    {
        await using var session = transport.Open();
        return await session.SendAsync(message, CancellationToken.None);
    }
}
