using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;

namespace AuthServer.Sessions.ApiKeys;

/// <summary>
/// Keys of the right form that are nobody's, by network. No guess ever hits 256 bits; this is for what guessing costs: a read
/// each, and a line in the audit log where the id was right.
/// </summary>
internal sealed class ApiKeyGuesses(RateLimitSettings limits, TimeProvider clock)
{
    private readonly FixedWindows<string> _guesses = new(TimeSpan.FromMinutes(1), clock);

    /// <summary>How long this network has to wait; null where it need not.</summary>
    public TimeSpan? Wait(Client client) => _guesses.Wait(client.Network, limits.RefusedApiKeysPerMinute);

    public void Add(Client client) => _guesses.Add(client.Network);
}
