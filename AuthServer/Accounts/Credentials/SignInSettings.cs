using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>Signing in with a password.</summary>
public sealed class SignInSettings : ISettings
{
    static string ISettings.Section => "SignIn";

    /// <summary>Whether an unproven mailbox keeps the door shut, as it does anyhow where registering is <c>VerifyFirst</c>.</summary>
    public bool RequireVerifiedEmail { get; set; }

    /// <summary>Failures under one name from one network that lock it there.</summary>
    public int FailuresFromOneNetwork { get; set; } = 5;

    /// <summary>Failures under one name from anywhere that lock it for all.</summary>
    public int FailuresFromAnywhere { get; set; } = 20;

    /// <summary>The time within which failures add up.</summary>
    public TimeSpan FailureWindow { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long the first, the second and every further lock lasts.</summary>
    public IList<TimeSpan> LockDurations { get; set; } = [];

    internal IReadOnlyList<TimeSpan> EffectiveLockDurations =>
        LockDurations.Count > 0 ? [.. LockDurations] : [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(60)];

    IEnumerable<string> ISettings.Validate()
    {
        if (FailuresFromOneNetwork < 1 || FailuresFromAnywhere < FailuresFromOneNetwork || FailuresFromAnywhere > 100)
        {
            yield return "SignIn:FailuresFromOneNetwork must be at least 1 and SignIn:FailuresFromAnywhere between that and 100 (NIST SP "
                + "800-63B section 3.2.2).";
        }

        if (FailureWindow < TimeSpan.FromMinutes(1) || EffectiveLockDurations.Any(duration => duration < TimeSpan.FromSeconds(30)))
        {
            yield return "SignIn:FailureWindow must be at least a minute and each of SignIn:LockDurations at least 30 seconds.";
        }
    }
}
