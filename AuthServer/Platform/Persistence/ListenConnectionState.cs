using System.Diagnostics;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Whether this replica receives the others' notifications. After a second of silence it is not reliable, and code that caches data
/// in memory asks the database instead.
/// </summary>
internal sealed class ListenConnectionState
{
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(1);

    private long _heardAt;
    private volatile bool _hasMissedNothing;

    /// <summary>Whether everything committed more than a second ago has been received.</summary>
    public bool IsCurrent => Volatile.Read(ref _heardAt) is var heardAt and not 0 && Stopwatch.GetElapsedTime(heardAt) < Stale;

    /// <summary>
    /// Whether everything committed before the connection broke was received, and the database has not been seen working since:
    /// while it is down, memory is complete.
    /// </summary>
    public bool HasMissedNothing => _hasMissedNothing;

    /// <summary>Everything committed before that moment (<see cref="Stopwatch.GetTimestamp"/>) has been received.</summary>
    public void HeardAt(long timestamp)
    {
        Volatile.Write(ref _heardAt, timestamp);
        _hasMissedNothing = true;
    }

    /// <summary>The connection broke or could not be opened.</summary>
    public void Lost() => Volatile.Write(ref _heardAt, 0);

    /// <summary>The database worked, or may have worked, while this replica was not listening.</summary>
    public void MayHaveMissed() => _hasMissedNothing = false;
}

/// <summary>Data in memory that is kept current by a NOTIFY channel.</summary>
internal interface INotificationSubscriber
{
    string Channel { get; }

    /// <summary>
    /// Reads from the tables what may have been missed. Called on each connect, before the connection counts as current.
    /// </summary>
    Task CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Handles a notification. Called on the LISTEN connection, which must go on listening, so it may neither block nor throw.
    /// </summary>
    void Receive(string notice);
}
