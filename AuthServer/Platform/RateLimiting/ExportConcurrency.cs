using System.Collections.Concurrent;
using AuthServer.Platform.Web;

namespace AuthServer.Platform.RateLimiting;

/// <summary>
/// Limits the concurrent exports of one kind on this replica: a few in total, one for each caller, and one for each tenant. Somebody who
/// starts many and reads none must not block everybody else. Tenants together never take the last place, which is the platform's.
/// </summary>
/// <param name="limit">How many may run at once.</param>
/// <param name="timeout">How long to wait for a free place; zero to fail at once.</param>
/// <param name="retryAfter">When a refused caller may try again.</param>
internal sealed class ExportConcurrency(int limit, TimeSpan timeout, TimeSpan retryAfter) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, bool> _holders = new();
    private readonly SemaphoreSlim _places = new(limit, limit);
    private readonly SemaphoreSlim _placesOfTenants = new(limit - 1, limit - 1);

    /// <summary>Takes a slot, which is released when the result is disposed of.</summary>
    /// <exception cref="BusyException">The caller or the tenant already has one, or all are taken.</exception>
    public async Task<Slot> EnterAsync(Guid caller, CancellationToken cancellationToken, Guid? tenant = null)
    {
        var slot = new Slot(this);
        try
        {
            // Refused at once: callers waiting for their own export would take places from others.
            slot.Hold(caller);
            if (tenant is { } one)
            {
                slot.Hold(one);
                await slot.TakeAsync(_placesOfTenants, cancellationToken);
            }

            await slot.TakeAsync(_places, cancellationToken);
            return slot;
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _placesOfTenants.Dispose();
    }

    /// <summary>A caller's turn, and a place among the exports that run.</summary>
    internal sealed class Slot(ExportConcurrency exports) : IDisposable
    {
        private readonly ConcurrentQueue<Guid> _held = new();
        private readonly ConcurrentQueue<SemaphoreSlim> _taken = new();

        internal void Hold(Guid holder)
        {
            if (!exports._holders.TryAdd(holder, true))
            {
                throw exports.Busy();
            }

            _held.Enqueue(holder);
        }

        internal async Task TakeAsync(SemaphoreSlim places, CancellationToken cancellationToken)
        {
            if (!await places.WaitAsync(exports.Timeout, cancellationToken))
            {
                throw exports.Busy();
            }

            _taken.Enqueue(places);
        }

        /// <summary>Lets others run; the caller still has only this export.</summary>
        public void FreePlace()
        {
            while (_taken.TryDequeue(out var place))
            {
                place.Release();
            }
        }

        // Only once: by the second call the caller may hold a new slot.
        public void Dispose()
        {
            FreePlace();
            while (_held.TryDequeue(out var holder))
            {
                exports._holders.TryRemove(holder, out _);
            }
        }
    }

    private TimeSpan Timeout => timeout;

    private BusyException Busy() => new(retryAfter);
}
