using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>What new passwords are hashed with.</summary>
public enum PasswordHashFunction
{
    /// <summary>Memory-hard: the hardest to guess at with special hardware. By libsodium.</summary>
    Argon2id,

    /// <summary>PBKDF2-HMAC-SHA512, for whoever may use nothing but what FIPS 140 approves. By the framework.</summary>
    Pbkdf2,
}

/// <summary>What a password must be, and what checking one may cost.</summary>
public sealed class PasswordSettings : ISettings
{
    internal const int LongestMinimum = 64;

    private const int MostMemoryMiB = 1024;

    static string ISettings.Section => "Password";

    /// <summary>Fewest characters (Unicode code points) of a new password; not below 8.</summary>
    public int MinimumLength { get; set; } = 12;

    /// <summary>What new passwords are hashed with; a hash of another kind is made anew when its owner signs in.</summary>
    public PasswordHashFunction Hash { get; set; } = PasswordHashFunction.Argon2id;

    /// <summary>The memory of a new Argon2id hash in MiB; OWASP's first choice is 19.</summary>
    public int Argon2MemoryMiB { get; set; } = 19;

    /// <summary>How often a new Argon2id hash goes over its memory; OWASP's first choice is 2, in one lane.</summary>
    public int Argon2Passes { get; set; } = 2;

    /// <summary>PBKDF2-HMAC-SHA512 iterations of new hashes; OWASP asks for 220,000.</summary>
    public int Iterations { get; set; } = 220_000;

    /// <summary>Hashes computed at once; 0 is one less than there are cores, so that a storm leaves one for everybody else.</summary>
    public int ConcurrentHashes { get; set; }

    /// <summary>Memory of all hashes computed at once in MiB; 0 is what so many new ones need, and one imported.</summary>
    public int MaxHashMemoryMiB { get; set; }

    /// <summary>Hashes that may wait for each one being computed, before sign-ins are told to come back later.</summary>
    public int QueuedPerHash { get; set; } = 32;

    /// <summary>
    /// Where to ask whether a password was seen in a breach, such as <c>https://api.pwnedpasswords.com/range/</c>; nowhere by default.
    /// </summary>
    public string BreachCheckUrl { get; set; } = "";

    /// <summary>The largest bcrypt cost of a hash from elsewhere; each step doubles the time.</summary>
    public int MaxImportedBcryptCost { get; set; } = 14;

    /// <summary>The most memory of an Argon2id hash from elsewhere in MiB; 0 takes none.</summary>
    public int MaxImportedArgon2MemoryMiB { get; set; } = 128;

    internal int EffectiveConcurrentHashes => Math.Min(
        ConcurrentHashes > 0 ? ConcurrentHashes : Math.Max(1, Environment.ProcessorCount - 1),
        MaxHashMemoryMiB > 0 ? Math.Max(1, MaxHashMemoryMiB / NewHashMemoryMiB) : int.MaxValue);

    internal int EffectiveMaxHashMemoryMiB =>
        MaxHashMemoryMiB > 0 ? MaxHashMemoryMiB : Math.Max(EffectiveConcurrentHashes * NewHashMemoryMiB, MaxArgon2MemoryMiB);

    /// <summary>The most memory of a stored Argon2id hash that is compared with; what is made here now always is.</summary>
    internal int MaxArgon2MemoryMiB =>
        Hash == PasswordHashFunction.Argon2id ? Math.Max(Argon2MemoryMiB, MaxImportedArgon2MemoryMiB) : MaxImportedArgon2MemoryMiB;

    /// <summary>PBKDF2 needs next to none.</summary>
    internal int NewHashMemoryMiB => Hash == PasswordHashFunction.Argon2id ? Argon2MemoryMiB : 1;

    IEnumerable<string> ISettings.Validate() => [.. RuleFaults(), .. HashFaults(), .. CeilingFaults()];

    private IEnumerable<string> RuleFaults()
    {
        if (MinimumLength is < 8 or > LongestMinimum)
        {
            yield return "Password:MinimumLength must be between 8 (NIST SP 800-63B) and 64.";
        }

        if (BreachCheckUrl.Length > 0 && !IsRangeUrl(BreachCheckUrl))
        {
            yield return "Password:BreachCheckUrl is no address to ask. Give it as https://api.pwnedpasswords.com/range/, without a "
                + "query; plain http on loopback only.";
        }
    }

    private IEnumerable<string> HashFaults()
    {
        if (!Enum.IsDefined(Hash))
        {
            yield return "Password:Hash must be Argon2id or Pbkdf2.";
        }

        if (Hash == PasswordHashFunction.Argon2id && Argon2id.LoadFault is { } fault)
        {
            yield return fault;
        }

        if (Argon2MemoryMiB is < 19 or > MostMemoryMiB || Argon2Passes is < 2 or > 10)
        {
            yield return "Password:Argon2MemoryMiB must be between 19 and 1024, and Password:Argon2Passes between 2 and 10 (OWASP's "
                + "first choice is 19 and 2).";
        }

        if (Iterations is < 220_000 or > 10_000_000)
        {
            yield return "Password:Iterations must be at least 220000 (OWASP for PBKDF2-HMAC-SHA512) and at most 10000000.";
        }
    }

    private IEnumerable<string> CeilingFaults()
    {
        if (ConcurrentHashes < 0 || QueuedPerHash < 0)
        {
            yield return "Password:ConcurrentHashes and Password:QueuedPerHash must not be negative.";
        }

        if (MaxImportedBcryptCost is < 4 or > 16)
        {
            yield return "Password:MaxImportedBcryptCost must be between 4 and 16, where one hash takes seconds.";
        }

        if (MaxImportedArgon2MemoryMiB is < 0 or > MostMemoryMiB)
        {
            yield return "Password:MaxImportedArgon2MemoryMiB must be between 0, which takes no Argon2id hash from elsewhere, and 1024.";
        }

        if (MaxHashMemoryMiB < 0 || (MaxHashMemoryMiB > 0 && MaxHashMemoryMiB < Math.Max(NewHashMemoryMiB, MaxArgon2MemoryMiB)))
        {
            yield return "Password:MaxHashMemoryMiB must not be less than Password:Argon2MemoryMiB or "
                + "Password:MaxImportedArgon2MemoryMiB: one hash must fit; 0 lets the server choose.";
        }
    }

    private static bool IsRangeUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;
}
