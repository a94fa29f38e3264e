using AuthServer.Platform.Configuration;

namespace AuthServer.Staff.Support;

/// <summary>What support may do on its own.</summary>
public sealed class SupportSettings : ISettings
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    static string ISettings.Section => "Support";

    /// <summary>How long a second person may take to approve a reset for a physician or an administrator.</summary>
    public TimeSpan ApprovalWindow { get; set; } = TimeSpan.FromHours(1);

    IEnumerable<string> ISettings.Validate()
    {
        if (ApprovalWindow < Shortest || ApprovalWindow > Longest)
        {
            yield return "Support:ApprovalWindow must be between 5 minutes and 24 hours.";
        }
    }
}
