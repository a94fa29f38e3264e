using System.Diagnostics;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Whether this replica hears what the others NOTIFY. After a second of silence nobody may rely on it, and whoever
/// keeps something in memory asks the database instead.
/// </summary>
internal sealed class ListenConnectionState
{
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(1);

    private long _heardAt;
    private volatile bool _hasMissedNothing;

    /// <summary>Whether everything committed more than a second ago has been heard.</summary>
    public bool IsCurrent => Volatile.Read(ref _heardAt) is var heardAt and not 0 && Stopwatch.GetElapsedTime(heardAt) < Stale;

    /// <summary>
    /// Whether everything that was committed when the line broke had been heard, and the database has not been seen
    /// working since: while it is down, what is in memory is then all there is.
    /// </summary>
    public bool HasMissedNothing => _hasMissedNothing;

    /// <summary>Everything committed before that moment (<see cref="Stopwatch.GetTimestamp"/>) has been heard.</summary>
    public void HeardAt(long timestamp)
    {
        Volatile.Write(ref _heardAt, timestamp);
        _hasMissedNothing = true;
    }

    /// <summary>The line broke, or could not be made.</summary>
    public void Lost() => Volatile.Write(ref _heardAt, 0);

    /// <summary>The database worked, or may have worked, while nobody listened.</summary>
    public void MayHaveMissed() => _hasMissedNothing = false;
}

/// <summary>Something kept in memory that a NOTIFY channel keeps up to date.</summary>
internal interface INotificationSubscriber
{
    string Channel { get; }

    /// <summary>Reads from the tables what may have been missed. Called each time the line is made, before it counts as current.</summary>
    Task CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>Takes one notice. Called on the line's own connection, which must go on listening: it may neither wait nor throw.</summary>
    void Receive(string notice);
}
