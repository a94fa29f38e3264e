namespace AuthServer.Tests.Infrastructure;

/// <summary>The server's clock, which a test can put forward. Timers run in real time.</summary>
public sealed class TestClock : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    public void Advance(TimeSpan time) => _ahead += time;
}
