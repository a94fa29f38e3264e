using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;

namespace AuthServer.Sessions.ApiKeys;

/// <summary>
/// Counts well-formed keys that do not exist, by network. Nobody can guess 256 bits; this limits what attempts cost: a read each,
/// and an audit event if the id exists.
/// </summary>
internal sealed class ApiKeyThrottle(RateLimitSettings limits, TimeProvider clock)
{
    private readonly FixedWindows<string> _guesses = new(TimeSpan.FromMinutes(1), clock);

    /// <summary>How long this network has to wait; null if it need not.</summary>
    public TimeSpan? Wait(RequestOrigin origin) => _guesses.Wait(origin.Network, limits.RefusedApiKeysPerMinute);

    public void Add(RequestOrigin origin) => _guesses.Add(origin.Network);
}
