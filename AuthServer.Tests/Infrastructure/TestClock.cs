namespace AuthServer.Tests.Infrastructure;

/// <summary>
/// The server's clock, which tests can advance or stop. Timers run in real time; <c>FakeTimeProvider</c> would stop them as well, and
/// the server's jobs would not run.
/// </summary>
public sealed class TestClock : TimeProvider
{
    private TimeSpan _ahead;
    private DateTimeOffset? _stoppedAt;

    public override DateTimeOffset GetUtcNow() => (_stoppedAt ?? System.GetUtcNow()) + _ahead;

    public void Advance(TimeSpan time) => _ahead += time;

    /// <summary>
    /// From here on time only passes by <see cref="Advance"/>, in whole seconds: for tests of the exact second something ends.
    /// </summary>
    public void Stop() => _stoppedAt = DateTimeOffset.FromUnixTimeSeconds(System.GetUtcNow().ToUnixTimeSeconds());
}
