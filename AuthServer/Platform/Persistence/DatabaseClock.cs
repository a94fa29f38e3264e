namespace AuthServer.Platform.Persistence;

/// <summary>
/// The time on which all replicas agree: this machine's clock, corrected by the database's. For times that one replica writes and
/// another compares within seconds: a machine half a minute off would mistake a repeated refresh for theft.
/// </summary>
internal sealed class DatabaseClock(TimeProvider clock) : TimeProvider
{
    // Differences up to this may come from the round trip to the database.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    // More than verifiers tolerate (RFC 7519 section 4.1.4), plus a margin for the verifier's own error.
    private static readonly TimeSpan Bearable = TimeSpan.FromMinutes(1);

    private long _ahead;

    /// <summary>How far this machine's clock is ahead of the database's.</summary>
    public TimeSpan Ahead => TimeSpan.FromTicks(Volatile.Read(ref _ahead));

    /// <summary>Whether this machine's clock is so far off that verifiers would reject the times in its tokens.</summary>
    public bool IsMachineFarOff => Ahead.Duration() > Bearable;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() - Ahead;

    /// <summary>Compares readings of the database's clock and of this machine's taken at the same moment.</summary>
    public void Compare(DateTimeOffset database, DateTimeOffset machine)
    {
        var ahead = machine - database;
        Volatile.Write(ref _ahead, ahead.Duration() < Tolerance ? 0 : ahead.Ticks);
    }
}
