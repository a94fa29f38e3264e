using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Allows one attempt at a time for each name: an attacker who hammers one account occupies one hash, and an owner whose app signs
/// in several times at once is not mistaken for a guesser. The lock is selected by the name's keyed hash, so that nobody can
/// deliberately collide with somebody else's.
/// </summary>
internal sealed class SignInIdentifierLocks : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1, 1))];

    /// <exception cref="BusyException">The lock did not become free in time.</exception>
    public async Task<Lease> TakeAsync(SignInAttempt attempt, CancellationToken cancellationToken)
    {
        var locked = _locks[BitConverter.ToUInt16(attempt.Identifier) % _locks.Length];
        return await locked.WaitAsync(Timeout, cancellationToken) ? new Lease(locked) : throw new BusyException(RetryAfter);
    }

    public void Dispose() => Array.ForEach(_locks, name => name.Dispose());

    internal readonly struct Lease(SemaphoreSlim locked) : IDisposable
    {
        public void Dispose() => locked.Release();
    }
}
