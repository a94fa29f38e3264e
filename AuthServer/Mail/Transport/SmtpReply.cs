using System.Text.RegularExpressions;
using AuthServer.Domain;

namespace AuthServer.Mail.Transport;

/// <summary>How far the SMTP conversation had got.</summary>
internal enum SmtpStage
{
    /// <summary>Connecting and authenticating.</summary>
    Connecting,

    /// <summary>Naming the sender, which is the same for every mail.</summary>
    Sender,

    /// <summary>The recipient or the content of the mail.</summary>
    Mail,
}

/// <summary>Interprets a mail server's reply. The code is 0 if there was no reply.</summary>
internal static partial class SmtpReply
{
    private const int MaxReason = 500;
    private const int ClosingDown = 421;
    private const int NoTlsNow = 454;

    // RFC 4954 section 6: our authentication failed or was insufficient.
    private static readonly int[] AboutSigningIn = [530, 534, 535, 538];

    public static DeliveryOutcome Judge(int code, SmtpStage stage, string reason)
    {
        var said = Shorten(reason);
        if (stage == SmtpStage.Connecting
            || AboutSigningIn.Contains(code)
            || (stage == SmtpStage.Sender && code is 0 or ClosingDown or NoTlsNow))
        {
            return new DeliveryOutcome.Unusable(said);
        }

        // A rejected sender affects all mails alike; they must not all be given up before an operator has looked.
        return code >= 500 && stage != SmtpStage.Sender ? new DeliveryOutcome.Refused(said) : new DeliveryOutcome.PutOff(said);
    }

    /// <summary>On one line, without addresses and links, and short enough for its column.</summary>
    public static string Shorten(string reason)
    {
        // Mail servers often repeat what they reject, and their replies are logged.
        var line = Addresses().Replace(Links().Replace(HeaderText.Clean(reason), "•••"), match => EmailAddress.Mask(match.Value));
        return line.Length <= MaxReason ? line : line[..MaxReason];
    }

    [GeneratedRegex("""[^\s<>()\[\],;:"]+@[^\s<>()\[\],;:"]+""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Addresses();

    // The token in one of our links is as good as a password.
    [GeneratedRegex(@"\S*(://|token=)\S*", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Links();
}
