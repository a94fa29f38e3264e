using System.Security.Cryptography;

namespace AuthServer.Mail.Outbox;

/// <summary>
/// How long to wait after the n-th failure: longer each time, and never quite as long as others who failed at the same moment.
/// </summary>
internal sealed record Backoff(TimeSpan First, double Factor, TimeSpan Longest)
{
    /// <summary>For one mail: half a minute, then longer, so that its tries are spread over some nine hours.</summary>
    public static readonly Backoff OfAMail = new(TimeSpan.FromSeconds(30), 3, TimeSpan.FromHours(6));

    /// <summary>For all of them, while the mail server cannot be used.</summary>
    public static readonly Backoff OfTheServer = new(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(60));

    private const int Steps = 1000;

    /// <summary>Between three quarters of the time and all of it.</summary>
    public TimeSpan After(int failures)
    {
        var whole = Math.Min(First.TotalSeconds * Math.Pow(Factor, Math.Max(0, failures - 1)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(whole * (0.75 + (0.25 * RandomNumberGenerator.GetInt32(Steps + 1) / Steps)));
    }
}
