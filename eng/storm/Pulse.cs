using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace AuthServer.Storm;

/// <summary>
/// How everybody else fares: me and refresh at a constant rate, whether or not earlier ones have been answered, so that
/// a stall is felt by all who would have come meanwhile.
/// </summary>
internal sealed class Pulse
{
    private const int PerSecond = 60;

    private readonly ConcurrentQueue<Sample> _samples = new();
    private readonly Channel<Device> _idle = Channel.CreateUnbounded<Device>();
    private readonly ServerProcess _server;

    private Pulse(IEnumerable<Device> devices, ServerProcess server)
    {
        _server = server;
        foreach (var device in devices)
        {
            _idle.Writer.TryWrite(device);
        }
    }

    public int Requests => _samples.Count;

    public int Failures => _samples.Count(sample => sample.Answer.Status != 200);

    public double Me => Percentile(Act.Me);

    public double Refresh => Percentile(Act.Refresh);

    public static Task<Pulse> TakeAsync(IReadOnlyList<Device> devices, ServerProcess server, TimeSpan time) =>
        TakeAsync(devices, server, () => Task.Delay(time));

    /// <summary>For as long as that takes.</summary>
    public static async Task<Pulse> TakeAsync(IReadOnlyList<Device> devices, ServerProcess server, Func<Task> meanwhile)
    {
        var pulse = new Pulse(devices, server);
        var other = Task.Run(meanwhile);
        var beats = new List<Task>();
        var since = Stopwatch.GetTimestamp();
        for (var beat = 0; !other.IsCompleted; beat++)
        {
            var due = TimeSpan.FromSeconds((double)beat / PerSecond) - Stopwatch.GetElapsedTime(since);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due);
            }

            beats.Add(Task.Run(pulse.BeatAsync));
        }

        await other;
        await Task.WhenAll(beats);
        return pulse;
    }

    /// <summary>Both counted as one.</summary>
    public Pulse With(Pulse more)
    {
        foreach (var sample in more._samples)
        {
            _samples.Enqueue(sample);
        }

        return this;
    }

    /// <summary>Whether p99 stayed within three times that of the idle one, and nobody was turned away.</summary>
    public bool IsWithin(Pulse idle) => Failures == 0 && Me <= 3 * idle.Me && Refresh <= 3 * idle.Refresh;

    public string Beside(Pulse idle) =>
        $"p99 me {Me:0.0} ms ({Me / idle.Me:0.0}x idle), refresh {Refresh:0.0} ms ({Refresh / idle.Refresh:0.0}x), "
            + $"{Failures} of {Requests} failed";

    private async Task BeatAsync()
    {
        var since = Stopwatch.GetTimestamp();
        // While all wait for an answer, one more would have waited too.
        var device = await _idle.Reader.ReadAsync();
        var waited = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        foreach (var act in new[] { Act.Me, Act.Refresh })
        {
            var startedAt = Stopwatch.GetTimestamp();
            var answer = await Traffic.DoAsync(device, act, _server);
            _samples.Enqueue(new(act, _server, startedAt, answer with { Milliseconds = waited + answer.Milliseconds }));
        }

        await _idle.Writer.WriteAsync(device);
    }

    private double Percentile(Act act) =>
        Figures.Percentile(_samples.Where(sample => sample.Act == act).Select(sample => sample.Answer.Milliseconds), 0.99);
}

internal static class Figures
{
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(sorted.Count * share) - 1)];
    }

    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    /// <summary>How often each answer came, the most frequent first.</summary>
    public static string Tally(IEnumerable<Answer> answers) =>
        string.Join(
            ", ",
            answers
                .CountBy(answer => answer.ToString())
                .OrderByDescending(entry => entry.Value)
                .Select(entry => $"{entry.Value}x {entry.Key}")) is { Length: > 0 } text ? text : "none";
}
