using AuthServer.Http;

namespace AuthServer.Credentials;

/// <summary>What a password must be, and what checking one may cost.</summary>
public sealed class PasswordSettings : ISettings
{
    internal const int LongestMinimum = 64;

    static string ISettings.Section => "Password";

    /// <summary>Fewest characters (Unicode code points) of a new password; not below 8.</summary>
    public int MinimumLength { get; set; } = 12;

    /// <summary>PBKDF2-HMAC-SHA512 iterations of new hashes; OWASP asks for 220,000.</summary>
    public int Iterations { get; set; } = 220_000;

    /// <summary>Hashes computed at once; 0 is one less than there are cores, so that a storm leaves one for everybody else.</summary>
    public int ConcurrentHashes { get; set; }

    /// <summary>Hashes that may wait for each one being computed, before sign-ins are told to come back later.</summary>
    public int QueuedPerHash { get; set; } = 32;

    /// <summary>Where to ask whether a password was seen in a breach, such as <c>https://api.pwnedpasswords.com/range/</c>; nowhere by default.</summary>
    public string BreachCheckUrl { get; set; } = "";

    /// <summary>The largest bcrypt cost of a hash from elsewhere; each step doubles the time.</summary>
    public int MaxImportedBcryptCost { get; set; } = 14;

    internal int EffectiveConcurrentHashes => ConcurrentHashes > 0 ? ConcurrentHashes : Math.Max(1, Environment.ProcessorCount - 1);

    IEnumerable<string> ISettings.Faults()
    {
        if (MinimumLength is < 8 or > LongestMinimum)
        {
            yield return "Password:MinimumLength must be between 8 (NIST SP 800-63B) and 64.";
        }

        if (Iterations is < 220_000 or > 10_000_000)
        {
            yield return "Password:Iterations must be at least 220000 (OWASP for PBKDF2-HMAC-SHA512) and at most 10000000.";
        }

        if (ConcurrentHashes < 0 || QueuedPerHash < 0)
        {
            yield return "Password:ConcurrentHashes and Password:QueuedPerHash must not be negative.";
        }

        if (BreachCheckUrl.Length > 0 && !IsRangeUrl(BreachCheckUrl))
        {
            yield return "Password:BreachCheckUrl is no address to ask. Give it as https://api.pwnedpasswords.com/range/, without a query; plain http on loopback only.";
        }

        if (MaxImportedBcryptCost is < 4 or > 16)
        {
            yield return "Password:MaxImportedBcryptCost must be between 4 and 16, where one hash takes seconds.";
        }
    }

    private static bool IsRangeUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;
}
