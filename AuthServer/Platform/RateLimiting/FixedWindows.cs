using System.Collections.Concurrent;

namespace AuthServer.Platform.RateLimiting;

/// <summary>Counts events by key in fixed windows of time. Each replica counts separately.</summary>
internal sealed class FixedWindows<TKey>(TimeSpan length, TimeProvider clock) where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Window> _windows = new();
    private long _sweptAt = clock.GetUtcNow().UtcTicks;

    /// <summary>How long to wait; null if the limit has not been reached.</summary>
    public TimeSpan? Wait(TKey key, int limit)
    {
        var now = clock.GetUtcNow();
        return _windows.TryGetValue(key, out var window) && window.Ends > now && window.Count >= limit ? window.Ends - now : null;
    }

    /// <summary>Counts one more; returns the count and the time until the window ends.</summary>
    public (int Count, TimeSpan Left) Add(TKey key)
    {
        var now = clock.GetUtcNow();
        DropExpired(now);
        var window =
            _windows.AddOrUpdate(
                key, _ => new(1, now + length),
                (_, known) => known.Ends > now ? known with { Count = known.Count + 1 } : new(1, now + length));
        return (window.Count, window.Ends - now);
    }

    // Runs rarely and on one thread at a time; nobody waits for it.
    private void DropExpired(DateTimeOffset now)
    {
        var last = Interlocked.Read(ref _sweptAt);
        if (now.UtcTicks - last < length.Ticks || Interlocked.CompareExchange(ref _sweptAt, now.UtcTicks, last) != last)
        {
            return;
        }

        foreach (var entry in _windows.Where(entry => entry.Value.Ends <= now))
        {
            _windows.TryRemove(entry);
        }
    }

    private readonly record struct Window(int Count, DateTimeOffset Ends);
}
