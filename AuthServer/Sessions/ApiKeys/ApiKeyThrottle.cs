using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;

namespace AuthServer.Sessions.ApiKeys;

/// <summary>
/// Keys of the right form that are nobody's, by network. No guess ever hits 256 bits; this is for what guessing costs: a read
/// each, and a line in the audit log where the id was right.
/// </summary>
internal sealed class ApiKeyThrottle(RateLimitSettings limits, TimeProvider clock)
{
    private readonly FixedWindows<string> _guesses = new(TimeSpan.FromMinutes(1), clock);

    /// <summary>How long this network has to wait; null where it need not.</summary>
    public TimeSpan? Wait(RequestOrigin origin) => _guesses.Wait(origin.Network, limits.RefusedApiKeysPerMinute);

    public void Add(RequestOrigin origin) => _guesses.Add(origin.Network);
}
