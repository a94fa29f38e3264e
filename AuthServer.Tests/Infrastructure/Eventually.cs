using System.Diagnostics;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Waits for background services.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Stopwatch.GetElapsedTime(since).Should().BeLessThan(Timeout, "there should be {0} by now", what);
            await Task.Delay(Between);
        }
    }
}
