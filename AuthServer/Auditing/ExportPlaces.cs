using AuthServer.Http;

namespace AuthServer.Auditing;

/// <summary>How many exports this replica writes at once: whoever starts many and reads none must not take it from everybody else.</summary>
internal sealed class ExportPlaces
{
    private const int MostAtOnce = 2;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly HashSet<Guid> _callers = [];
    private readonly Lock _turn = new();

    /// <summary>Free again when it is disposed of.</summary>
    /// <exception cref="BusyException">The caller has one already, or all are taken.</exception>
    public IDisposable Take(Guid caller)
    {
        lock (_turn)
        {
            return _callers.Count < MostAtOnce && _callers.Add(caller) ? new Place(this, caller) : throw new BusyException(RetryAfter);
        }
    }

    private void Free(Guid caller)
    {
        lock (_turn)
        {
            _callers.Remove(caller);
        }
    }

    private sealed class Place(ExportPlaces places, Guid caller) : IDisposable
    {
        private int _isFree;

        // Once: by the second time the caller may have another.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0)
            {
                places.Free(caller);
            }
        }
    }
}
