using AuthServer.Platform.Configuration;

namespace AuthServer.Compliance.Erasure;

/// <summary>When accounts are erased.</summary>
public sealed class ErasureSettings : ISettings
{
    // GDPR article 12(3): without undue delay, and within one month.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    static string ISettings.Section => "Erasure";

    /// <summary>How long after the request an account is erased; until then signing in cancels it.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromDays(14);

    IEnumerable<string> ISettings.Validate()
    {
        if (Grace < TimeSpan.FromHours(1) || Grace > Longest)
        {
            yield return "Erasure:Grace must be between an hour and 30 days, which the law allows (GDPR article 12).";
        }
    }
}
