using System.Collections.Concurrent;
using AuthServer.Platform.Web;

namespace AuthServer.Platform.RateLimiting;

/// <summary>
/// Limits the concurrent exports of one kind on this replica: a few in total, and one for each caller. Somebody who starts many and
/// reads none must not block everybody else.
/// </summary>
/// <param name="limit">How many may run at once.</param>
/// <param name="timeout">How long to wait for a free slot; zero to fail at once.</param>
/// <param name="retryAfter">When a refused caller may try again.</param>
internal sealed class ExportConcurrency(int limit, TimeSpan timeout, TimeSpan retryAfter) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, bool> _callers = new();
    private readonly SemaphoreSlim _slots = new(limit, limit);

    /// <summary>Takes a slot, which is released when the result is disposed of.</summary>
    /// <exception cref="BusyException">The caller already has one, or all are taken.</exception>
    public async Task<IDisposable> EnterAsync(Guid caller, CancellationToken cancellationToken)
    {
        // Refused at once: callers waiting for their own export would take slots from others.
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

        // Only once: by the second call the caller may hold a new slot.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0)
            {
                exports.Leave(caller);
            }
        }
    }
}
