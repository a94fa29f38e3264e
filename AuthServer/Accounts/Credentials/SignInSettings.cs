using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>Signing in with a password.</summary>
public sealed class SignInSettings : ISettings
{
    static string ISettings.Section => "SignIn";

    /// <summary>Whether signing in requires a confirmed mailbox. With <c>VerifyFirst</c> it always does.</summary>
    public bool RequireVerifiedEmail { get; set; }

    /// <summary>The number of failures under one name from one network that lock the name there.</summary>
    public int FailuresFromOneNetwork { get; set; } = 5;

    /// <summary>The number of failures under one name from anywhere that lock it for everybody.</summary>
    public int FailuresFromAnywhere { get; set; } = 20;

    /// <summary>
    /// The number of failures in a row, under one name from anywhere and however far apart, after which each further one locks it for a
    /// day, unless a mailed link or a sign-in from a network that the owner has signed in from lately lifts the lock.
    /// </summary>
    public int FailuresInARow { get; set; } = 100;

    /// <summary>The period within which failures are counted together.</summary>
    public TimeSpan FailureWindow { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The length of the first, the second and every further lock.</summary>
    public IList<TimeSpan> LockDurations { get; set; } = [];

    /// <summary>How old a sign-in may be, in minutes, for what gives or takes power or cannot be undone.</summary>
    public int RecentMinutes { get; set; } = 10;

    internal IReadOnlyList<TimeSpan> EffectiveLockDurations =>
        LockDurations.Count > 0 ? [.. LockDurations] : [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(60)];

    IEnumerable<string> ISettings.Validate()
    {
        if (FailuresFromOneNetwork < 1 || FailuresFromAnywhere < FailuresFromOneNetwork || FailuresFromAnywhere > 100)
        {
            yield return "SignIn:FailuresFromOneNetwork must be at least 1 and SignIn:FailuresFromAnywhere between that and 100 (NIST SP "
                + "800-63B section 3.2.2).";
        }

        if (FailuresInARow > 100 || FailuresInARow < Math.Min(FailuresFromAnywhere, 100))
        {
            yield return "SignIn:FailuresInARow must be between SignIn:FailuresFromAnywhere and 100 (NIST SP 800-63B section 3.2.2).";
        }

        if (FailureWindow < TimeSpan.FromMinutes(1) || EffectiveLockDurations.Any(duration => duration < TimeSpan.FromSeconds(30)))
        {
            yield return "SignIn:FailureWindow must be at least a minute and each of SignIn:LockDurations at least 30 seconds.";
        }

        if (RecentMinutes is < 1 or > 60)
        {
            yield return "SignIn:RecentMinutes must be between 1 and 60.";
        }
    }
}
