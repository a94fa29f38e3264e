using AuthServer.Domain;
using AuthServer.Platform.Configuration;

namespace AuthServer.Sessions;

/// <summary>How long sessions last, by role. For several roles the shortest limits apply.</summary>
public sealed class SessionSettings : ISettings
{
    static string ISettings.Section => "Sessions";

    /// <summary>How long a rotated refresh token still returns its successor, for concurrent tabs and lost responses.</summary>
    public TimeSpan ReuseWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Live sessions of one person; one more ends the session that was not used for longest.</summary>
    public int MaxPerUser { get; set; } = 100;

    /// <summary>Patients: NIST SP 800-63B AAL1, by choice, so that people on their own phones stay signed in.</summary>
    public SessionLimits Patient { get; set; } = new() { IdleTimeout = TimeSpan.FromDays(30), AbsoluteTimeout = TimeSpan.FromDays(90) };

    /// <summary>Physicians, verified or not.</summary>
    public SessionLimits Physician { get; set; } = SessionLimits.Staff();

    /// <summary>Support staff.</summary>
    public SessionLimits Support { get; set; } = SessionLimits.Staff();

    /// <summary>Administrators, of the platform or of a tenant.</summary>
    public SessionLimits Admin { get; set; } = SessionLimits.Staff();

    internal IEnumerable<(string Role, SessionLimits Limits)> ByRole =>
        [(Role.Patient, Patient), (Role.Physician, Physician), (Role.Support, Support), (Role.Admin, Admin)];

    IEnumerable<string> ISettings.Validate()
    {
        if (ReuseWindow < TimeSpan.Zero || ReuseWindow > TimeSpan.FromMinutes(2))
        {
            yield return "Sessions:ReuseWindow must be between 0 and 2 minutes: it is the time in which a stolen refresh token goes "
                + "unnoticed.";
        }

        if (MaxPerUser is < 1 or > 1000)
        {
            yield return "Sessions:MaxPerUser must be between 1 and 1000: each sign-in reads a person's sessions.";
        }

        foreach (var (role, limits) in ByRole.Where(
            pair => pair.Limits.IdleTimeout < TimeSpan.FromMinutes(1) || pair.Limits.AbsoluteTimeout < pair.Limits.IdleTimeout))
        {
            var section = $"Sessions:{char.ToUpperInvariant(role[0])}{role[1..]}";
            var variable = role == Role.Patient ? " (REFRESH_TOKEN_EXPIRE_DAYS)" : "";
            yield return $"{section}:IdleTimeout{variable} is {limits.IdleTimeout:c}, and must be at least a minute and at most "
                + $"{section}:AbsoluteTimeout, which is {limits.AbsoluteTimeout:c}. Raise that too for longer sessions.";
        }
    }
}

/// <summary>The limits of a session's duration.</summary>
public sealed class SessionLimits
{
    /// <summary>The session ends if it is not refreshed for this long (REFRESH_TOKEN_EXPIRE_DAYS sets it for patients).</summary>
    public TimeSpan IdleTimeout { get; set; }

    /// <summary>The maximum age, regardless of use.</summary>
    public TimeSpan AbsoluteTimeout { get; set; }

    // NIST SP 800-63B-4 section 2.2.3: an hour of inactivity, half a day in total.
    internal static SessionLimits Staff() => new() { IdleTimeout = TimeSpan.FromHours(1), AbsoluteTimeout = TimeSpan.FromHours(12) };
}
