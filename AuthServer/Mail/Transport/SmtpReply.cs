using System.Text.RegularExpressions;
using AuthServer.Domain;

namespace AuthServer.Mail.Transport;

/// <summary>How far the conversation had come.</summary>
internal enum SmtpStage
{
    /// <summary>The connection and signing in.</summary>
    Connecting,

    /// <summary>The sender, who is the same for every mail.</summary>
    Sender,

    /// <summary>The mail: its recipient, or what it says.</summary>
    Mail,
}

/// <summary>What a mail server's answer means for the mail. The code is 0 where there was none.</summary>
internal static partial class SmtpReply
{
    private const int MaxReason = 500;
    private const int ClosingDown = 421;
    private const int NoTlsNow = 454;

    // RFC 4954 section 6: who we are was not believed, or not said well enough.
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

        // A sender that is refused is refused for all mails alike: they must not all be given up before anybody has looked.
        return code >= 500 && stage != SmtpStage.Sender ? new DeliveryOutcome.Refused(said) : new DeliveryOutcome.PutOff(said);
    }

    /// <summary>On one line, without addresses and links, and short enough for its column.</summary>
    public static string Shorten(string reason)
    {
        // Mail servers like to repeat what they do not like, and what they say gets into logs.
        var line = Addresses().Replace(Links().Replace(HeaderText.Clean(reason), "•••"), match => EmailAddress.Mask(match.Value));
        return line.Length <= MaxReason ? line : line[..MaxReason];
    }

    [GeneratedRegex("""[^\s<>()\[\],;:"]+@[^\s<>()\[\],;:"]+""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Addresses();

    // The token in a link of ours is as good as a password.
    [GeneratedRegex(@"\S*(://|token=)\S*", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Links();
}
