namespace AuthServer.Platform.Persistence;

/// <summary>
/// Tells of an outage of the database on one line when it begins and on one when it is over. With a line for each request, the cause
/// would drown in its effects.
/// </summary>
internal sealed class DatabaseOutage(TimeProvider clock, ILogger<DatabaseOutage> logger)
{
    // Until nothing has failed for so long, it may not be over.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    private readonly Lock _changing = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private long _beganAt;
    private long _failedAt;
    private long _toldAt;
    private int _failures;

    /// <summary>Something failed because the database is unavailable.</summary>
    public void Failed(Exception exception)
    {
        lock (_changing)
        {
            _failures++;
            _failedAt = clock.GetTimestamp();
            _beganAt = _beganAt == 0 ? _failedAt : _beganAt;
            var reason = OperatorFaults.Find(exception)?.Sentence ?? exception.GetType().Name;
            // A restart begins with connections that break, and may end with a password that is wrong.
            if (_told.Add(reason))
            {
                _toldAt = _failedAt;
                Log.DatabaseAway(logger, reason);
            }
            else if (clock.GetElapsedTime(_toldAt) >= Reminder)
            {
                _toldAt = _failedAt;
                var seconds = (int)clock.GetElapsedTime(_beganAt).TotalSeconds;
                Log.DatabaseStillAway(logger, seconds, _failures);
            }
        }
    }

    /// <summary>The database has answered.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _beganAt) == 0)
        {
            return;
        }

        lock (_changing)
        {
            if (_beganAt != 0 && clock.GetElapsedTime(_failedAt) >= Quiet)
            {
                var seconds = (int)clock.GetElapsedTime(_beganAt, _failedAt).TotalSeconds;
                Log.DatabaseBack(logger, seconds, _failures);
                (_beganAt, _failures) = (0, 0);
                _told.Clear();
            }
        }
    }
}
