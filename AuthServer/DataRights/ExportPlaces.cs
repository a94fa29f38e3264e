using System.Collections.Concurrent;
using AuthServer.Http;

namespace AuthServer.DataRights;

/// <summary>How many copies are made at once: a few in all, and one for each person.</summary>
internal sealed class ExportPlaces : IDisposable
{
    private const int MostAtOnce = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, bool> _people = new();
    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);

    /// <summary>A place, to be disposed of.</summary>
    /// <exception cref="BusyException">There is none for this person now.</exception>
    public async Task<IDisposable> TakeAsync(Guid userId, CancellationToken cancellationToken)
    {
        // At once: who waits for their own would take the turns of others.
        if (!_people.TryAdd(userId, true))
        {
            throw new BusyException(RetryAfter);
        }

        try
        {
            return await _places.WaitAsync(Patience, cancellationToken) ? new Place(this, userId) : throw new BusyException(RetryAfter);
        }
        catch
        {
            _people.TryRemove(userId, out _);
            throw;
        }
    }

    public void Dispose() => _places.Dispose();

    private sealed class Place(ExportPlaces places, Guid userId) : IDisposable
    {
        public void Dispose()
        {
            places._people.TryRemove(userId, out _);
            places._places.Release();
        }
    }
}
