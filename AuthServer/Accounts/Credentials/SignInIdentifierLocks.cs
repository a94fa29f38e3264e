using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// One attempt at a time for one name: an attacker who hammers one account occupies one hash, and an owner whose app
/// signs in several times at once is not mistaken for a guesser. A lock is picked by the name's keyed hash, so that
/// nobody can choose to stand in somebody else's way.
/// </summary>
internal sealed class SignInIdentifierLocks : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1, 1))];

    /// <exception cref="BusyException">The lock was not free in time.</exception>
    public async Task<Turn> TakeAsync(SignInAttempt attempt, CancellationToken cancellationToken)
    {
        var turn = _turns[BitConverter.ToUInt16(attempt.Identifier) % _turns.Length];
        return await turn.WaitAsync(Timeout, cancellationToken) ? new Turn(turn) : throw new BusyException(RetryAfter);
    }

    public void Dispose() => Array.ForEach(_turns, turn => turn.Dispose());

    internal readonly struct Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
