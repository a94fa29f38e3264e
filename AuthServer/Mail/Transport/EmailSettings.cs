using System.Net;
using AuthServer.Domain;
using AuthServer.Platform.Configuration;

namespace AuthServer.Mail.Transport;

/// <summary>How the connection to the mail server is encrypted.</summary>
public enum SmtpSecurity
{
    /// <summary>Encrypted after the STARTTLS command; nothing is sent if the server does not offer it.</summary>
    StartTls,

    /// <summary>Encrypted from the first byte (RFC 8314).</summary>
    Tls,

    /// <summary>Unencrypted: only for a mail server on this machine.</summary>
    None,
}

/// <summary>Where mails are sent and who sends them.</summary>
public sealed class EmailSettings : ISettings
{
    private const int SubmissionPort = 587;
    private const int TlsPort = 465;
    private const int MaxContact = 100;

    static string ISettings.Section => "Email";

    /// <summary>The host name of the mail server.</summary>
    public string? Host { get; set; }

    /// <summary>0 means 587, or 465 if <see cref="Security"/> is <see cref="SmtpSecurity.Tls"/>.</summary>
    public int Port { get; set; }

    /// <summary><c>StartTls</c>, <c>Tls</c>, or <c>None</c> for a mail server on this machine.</summary>
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>The user name at the mail server; without it the server does not authenticate.</summary>
    public string? User { get; set; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string? Password { get; set; }

    /// <summary>An OAuth 2 access token instead of the password (XOAUTH2).</summary>
    public string? AccessToken { get; set; }

    /// <summary>The sender address.</summary>
    public string? FromAddress { get; set; }

    /// <summary>The sender name; also the product's name in the texts.</summary>
    public string FromName { get; set; } = "AuthServer";

    /// <summary>Whom people turn to, as mails and pages name it: an address, a telephone number, a web address.</summary>
    public string? Contact { get; set; }

    /// <summary>A folder to write mails to instead of sending them.</summary>
    public string? Folder { get; set; }

    internal int EffectivePort => Port > 0 ? Port : Security == SmtpSecurity.Tls ? TlsPort : SubmissionPort;

    IEnumerable<string> ISettings.Validate() => [.. FaultsOfTheWay(), .. FaultsOfTheSender(), .. FaultsOfSigningIn()];

    private IEnumerable<string> FaultsOfTheWay()
    {
        if (string.IsNullOrEmpty(Host) == string.IsNullOrEmpty(Folder))
        {
            yield return string.IsNullOrEmpty(Host)
                ? "SMTP_HOST is not set, so mails would go nowhere. Set SMTP_HOST and EMAILS_FROM_EMAIL (docs/email.md), or "
                    + "Email__Folder to have them written to a folder."
                : "SMTP_HOST and Email:Folder are both set, and mails go only one way. Leave one of them out.";
        }

        if (!string.IsNullOrEmpty(Host) && Uri.CheckHostName(Host) == UriHostNameType.Unknown)
        {
            yield return "SMTP_HOST is more than a host name. Set the name alone, for example smtp.example.com, and the port as SMTP_PORT.";
        }

        if ((Security, Port) is (SmtpSecurity.StartTls, TlsPort) or (SmtpSecurity.Tls, SubmissionPort))
        {
            yield return Security == SmtpSecurity.Tls
                ? "SMTP_PORT is 587, where encryption begins with STARTTLS, and SMTP_SECURITY is tls. Set SMTP_SECURITY=starttls, or leave "
                    + "SMTP_PORT out."
                : "SMTP_PORT is 465, where everything is encrypted from the first byte, and SMTP_SECURITY is starttls. Set "
                    + "SMTP_SECURITY=tls, or leave SMTP_PORT out.";
        }

        if (Port is < 0 or > IPEndPoint.MaxPort)
        {
            yield return "Email:Port (SMTP_PORT) must be between 1 and 65535, or 0 for the usual one.";
        }

        if (Security == SmtpSecurity.None && !string.IsNullOrEmpty(Host) && !IsThisMachine(Host))
        {
            yield return "Email:Security (SMTP_SECURITY) is none, and SMTP_HOST is another machine: links that set passwords must not "
                + "travel in the clear. Use starttls or tls.";
        }
    }

    private IEnumerable<string> FaultsOfTheSender()
    {
        if (Contact is { } contact && (contact.Length > MaxContact || contact.Any(char.IsControl)))
        {
            yield return $"Email:Contact must be one line of at most {MaxContact} characters, for example support@example.com.";
        }

        if (string.IsNullOrEmpty(FromAddress) ? !string.IsNullOrEmpty(Host) : EmailAddress.ParseLocal(FromAddress) is null)
        {
            yield return "EMAILS_FROM_EMAIL is not set to the address mails come from. Give one that the mail server lets you send from, "
                + "for example no-reply@example.com.";
        }
    }

    private IEnumerable<string> FaultsOfSigningIn()
    {
        var secrets = new[] { Password, AccessToken }.Count(secret => !string.IsNullOrEmpty(secret));
        if (secrets > 1 || (secrets == 1) == string.IsNullOrEmpty(User))
        {
            yield return "Email:User (SMTP_USER) needs either Email:Password (SMTP_PASSWORD) or Email:AccessToken, and neither is of use "
                + "without it.";
        }
    }

    private static bool IsThisMachine(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
