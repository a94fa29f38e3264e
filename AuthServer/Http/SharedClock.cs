namespace AuthServer.Http;

/// <summary>
/// The time on which all replicas agree: this machine's clock, put right by the database's. For what one replica writes
/// and another judges within seconds; a machine half a minute off would take a repeated refresh for a theft.
/// </summary>
internal sealed class SharedClock(TimeProvider clock) : TimeProvider
{
    // So much may be the time that the database's answer took.
    private static readonly TimeSpan Noise = TimeSpan.FromSeconds(1);

    private long _ahead;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() - TimeSpan.FromTicks(Volatile.Read(ref _ahead));

    /// <summary>What the database's clock and this machine's said at the same moment.</summary>
    public void Compare(DateTimeOffset database, DateTimeOffset machine)
    {
        var ahead = machine - database;
        Volatile.Write(ref _ahead, ahead.Duration() < Noise ? 0 : ahead.Ticks);
    }
}
