using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Limits correct passwords, because each costs a hash as well: somebody who signs in to their own account in a loop would take the
/// processor from everybody else. A network that has reached its limit is refused before anything is hashed. An account's limit counts
/// only correct passwords, and only they are told, so that nobody can lock the owner out or learn who has an account. Each replica counts
/// separately.
/// </summary>
internal sealed class CorrectPasswordLimits(RateLimitSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly FixedWindows<string> _networks = new(Window, clock);
    private readonly FixedWindows<Guid> _accounts = new(Window, clock);

    /// <exception cref="RateLimitedException">The network has reached its limit.</exception>
    public void Admit(string network)
    {
        if (_networks.Wait(network, settings.CorrectPasswordsPerTenMinutes) is { } wait)
        {
            throw new RateLimitedException(wait);
        }
    }

    /// <exception cref="RateLimitedException">The account has exceeded its limit.</exception>
    public void Count(Guid account, string network)
    {
        var (count, left) = _accounts.Add(account);
        if (count > settings.CorrectPasswordsOfOneAccountPerTenMinutes)
        {
            // Not held against the network: a few accounts in a loop would lock everybody there out. It counts as a failed sign-in.
            throw new RateLimitedException(left);
        }

        _networks.Add(network);
    }
}
