namespace AuthServer.Platform.Persistence;

/// <summary>
/// The time on which all replicas agree: this machine's clock, put right by the database's. For what one replica writes
/// and another judges within seconds; a machine half a minute off would take a repeated refresh for a theft.
/// </summary>
internal sealed class DatabaseClock(TimeProvider clock) : TimeProvider
{
    // So much may be the time that the database's answer took.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    // Beyond what verifiers allow for (RFC 7519 section 4.1.4), with room for the other side's own error.
    private static readonly TimeSpan Bearable = TimeSpan.FromMinutes(1);

    private long _ahead;

    /// <summary>How far this machine's clock is ahead of the database's.</summary>
    public TimeSpan Ahead => TimeSpan.FromTicks(Volatile.Read(ref _ahead));

    /// <summary>Whether this machine's clock is so far off that nobody would believe the times in what it signs.</summary>
    public bool IsMachineFarOff => Ahead.Duration() > Bearable;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() - Ahead;

    /// <summary>What the database's clock and this machine's said at the same moment.</summary>
    public void Compare(DateTimeOffset database, DateTimeOffset machine)
    {
        var ahead = machine - database;
        Volatile.Write(ref _ahead, ahead.Duration() < Tolerance ? 0 : ahead.Ticks);
    }
}
