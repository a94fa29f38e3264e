using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>How long links in mails are valid.</summary>
public sealed class EmailTokenSettings : ISettings
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    static string ISettings.Section => "MailedTokens";

    /// <summary>For a password reset. NIST SP 800-63B-4 section 4.2.1.3 allows at most 24 hours.</summary>
    public TimeSpan ResetLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>For the confirmation of a mailbox.</summary>
    public TimeSpan VerificationLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>For an invitation, which sets the first password.</summary>
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
