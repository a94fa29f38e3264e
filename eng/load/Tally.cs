using System.Diagnostics;

namespace AuthServer.Load;

/// <summary>What a stretch of load did: how many answers in what time, how long each took, and what went wrong.</summary>
internal sealed class Tally
{
    private readonly List<double> _milliseconds = [];

    public int Count { get; set; }

    public TimeSpan Elapsed { get; set; }

    /// <summary>Answers other than 2xx, by status; 0 is none at all.</summary>
    public SortedDictionary<int, int> Errors { get; } = [];

    public double Rate => Count / Elapsed.TotalSeconds;

    public void Add(long startedAt, int status)
    {
        Count++;
        _milliseconds.Add(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
        if (status is < 200 or > 299)
        {
            Errors[status] = Errors.GetValueOrDefault(status) + 1;
        }
    }

    public void Add(Tally other)
    {
        Count += other.Count;
        _milliseconds.AddRange(other._milliseconds);
        foreach (var (status, count) in other.Errors)
        {
            Errors[status] = Errors.GetValueOrDefault(status) + count;
        }
    }

    /// <summary>The time within which that share of the answers came (nearest rank); NaN where none was timed.</summary>
    public double Quantile(double share)
    {
        _milliseconds.Sort();
        return _milliseconds.Count == 0
            ? double.NaN
            : _milliseconds[Math.Clamp((int)Math.Ceiling(share * _milliseconds.Count) - 1, 0, _milliseconds.Count - 1)];
    }
}
