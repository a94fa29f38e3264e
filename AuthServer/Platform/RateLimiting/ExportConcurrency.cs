using System.Collections.Concurrent;
using AuthServer.Platform.Web;

namespace AuthServer.Platform.RateLimiting;

/// <summary>
/// How many exports of one kind this replica writes at once: a few in all, and one for each caller. Somebody who starts many and reads
/// none must not block everybody else.
/// </summary>
/// <param name="limit">How many at once.</param>
/// <param name="timeout">How long to wait for others to end; zero to not wait.</param>
/// <param name="retryAfter">When a refused caller may ask again.</param>
internal sealed class ExportConcurrency(int limit, TimeSpan timeout, TimeSpan retryAfter) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, bool> _callers = new();
    private readonly SemaphoreSlim _slots = new(limit, limit);

    /// <summary>A slot, free again when it is disposed of.</summary>
    /// <exception cref="BusyException">The caller has one already, or all are taken.</exception>
    public async Task<IDisposable> EnterAsync(Guid caller, CancellationToken cancellationToken)
    {
        // Refused at once: callers that wait for their own export would take the slots of others.
        if (!_callers.TryAdd(caller, true))
        {
            throw new BusyException(retryAfter);
        }

        try
        {
            return await _slots.WaitAsync(timeout, cancellationToken) ? new Slot(this, caller) : throw new BusyException(retryAfter);
        }
        catch
        {
            _callers.TryRemove(caller, out _);
            throw;
        }
    }

    public void Dispose() => _slots.Dispose();

    private void Leave(Guid caller)
    {
        _callers.TryRemove(caller, out _);
        _slots.Release();
    }

    private sealed class Slot(ExportConcurrency exports, Guid caller) : IDisposable
    {
        private int _isFree;

        // Once: by the second time the caller may have another.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0)
            {
                exports.Leave(caller);
            }
        }
    }
}
