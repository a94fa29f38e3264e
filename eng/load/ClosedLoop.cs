using System.Diagnostics;

namespace AuthServer.Load;

/// <summary>
/// Workers that each send the next request when the answer to the last has come. It ends when all have theirs, so that
/// the processor time between start and end belongs to exactly the requests counted.
/// </summary>
internal static class ClosedLoop
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <exception cref="TimeoutException">A request was never answered.</exception>
    /// <param name="workers">How many.</param>
    /// <param name="duration">How long they go on starting requests.</param>
    /// <param name="send">Sends one for the worker of that number and answers the status; 0 for no answer.</param>
    /// <param name="pause">How long each waits before its next.</param>
    public static async Task<Tally> RunAsync(int workers, TimeSpan duration, Func<int, Task<int>> send, TimeSpan pause = default)
    {
        var started = Stopwatch.GetTimestamp();
        var tallies =
            await Task.WhenAll(
                Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker, started, duration, send, pause))))
                    .WaitAsync(duration + Timeout);
        var sum = new Tally { Elapsed = Stopwatch.GetElapsedTime(started) };
        Array.ForEach(tallies, sum.Add);
        return sum;
    }

    private static async Task<Tally> WorkAsync(int worker, long started, TimeSpan duration, Func<int, Task<int>> send, TimeSpan pause)
    {
        var tally = new Tally();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var sentAt = Stopwatch.GetTimestamp();
            tally.Add(sentAt, await send(worker));
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause);
            }
        }

        return tally;
    }
}
