using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>How long the links in mails work.</summary>
public sealed class EmailTokenSettings : ISettings
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    static string ISettings.Section => "MailedTokens";

    /// <summary>A link that sets a new password. NIST SP 800-63B-4 section 4.2.1.3 allows 24 hours at most.</summary>
    public TimeSpan ResetLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A link that proves a mailbox.</summary>
    public TimeSpan VerificationLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>An invitation to set the first password.</summary>
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromHours(72);

    IEnumerable<string> ISettings.Validate()
    {
        if (ResetLifetime < TimeSpan.FromMinutes(5) || ResetLifetime > TimeSpan.FromHours(24))
        {
            yield return "MailedTokens:ResetLifetime (PASSWORD_RESET_TOKEN_EXPIRE_HOURS) must be between 5 minutes and 24 hours (NIST SP "
                + "800-63B-4).";
        }

        if (VerificationLifetime < TimeSpan.FromMinutes(5)
            || VerificationLifetime > Longest
            || InvitationLifetime < TimeSpan.FromMinutes(5)
            || InvitationLifetime > Longest)
        {
            yield return "MailedTokens:VerificationLifetime (EMAIL_VERIFICATION_TOKEN_EXPIRE_HOURS) and MailedTokens:InvitationLifetime "
                + "must be between 5 minutes and 30 days.";
        }
    }
}
