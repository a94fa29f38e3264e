namespace AuthServer.Tests.Infrastructure;

/// <summary>
/// The server's clock, which a test can put forward or stop. Timers run in real time, which <c>FakeTimeProvider</c> would stop as well:
/// the server's jobs would not run.
/// </summary>
public sealed class TestClock : TimeProvider
{
    private TimeSpan _ahead;
    private DateTimeOffset? _stoppedAt;

    public override DateTimeOffset GetUtcNow() => (_stoppedAt ?? System.GetUtcNow()) + _ahead;

    public void Advance(TimeSpan time) => _ahead += time;

    /// <summary>
    /// From here on time passes by <see cref="Advance"/> alone, in whole seconds: for tests of the very second something ends.
    /// </summary>
    public void Stop() => _stoppedAt = DateTimeOffset.FromUnixTimeSeconds(System.GetUtcNow().ToUnixTimeSeconds());
}
