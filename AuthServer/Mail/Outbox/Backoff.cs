using System.Security.Cryptography;

namespace AuthServer.Mail.Outbox;

/// <summary>
/// How long to wait after the n-th failure: exponential, with jitter so that simultaneous failures do not retry together.
/// </summary>
internal sealed record Backoff(TimeSpan First, double Factor, TimeSpan Longest)
{
    /// <summary>For a single mail: starting at half a minute, the attempts spread over about nine hours.</summary>
    public static readonly Backoff OfAMail = new(TimeSpan.FromSeconds(30), 3, TimeSpan.FromHours(6));

    /// <summary>For all mails, while the mail server is unavailable.</summary>
    public static readonly Backoff OfTheServer = new(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(60));

    private const int Steps = 1000;

    /// <summary>Between three quarters of the nominal delay and all of it.</summary>
    public TimeSpan After(int failures)
    {
        var whole = Math.Min(First.TotalSeconds * Math.Pow(Factor, Math.Max(0, failures - 1)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(whole * (0.75 + (0.25 * RandomNumberGenerator.GetInt32(Steps + 1) / Steps)));
    }
}
