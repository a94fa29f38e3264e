using AuthServer.Platform.Configuration;

namespace AuthServer.Accounts.Credentials;

/// <summary>The hash function for new passwords.</summary>
public enum PasswordHashFunction
{
    /// <summary>Memory-hard, which makes guessing with special hardware hardest. By libsodium.</summary>
    Argon2id,

    /// <summary>
    /// PBKDF2-HMAC-SHA512, for installations that may only use algorithms approved by FIPS 140. By the framework.
    /// </summary>
    Pbkdf2,
}

/// <summary>Password rules, and the cost of checking passwords.</summary>
public sealed class PasswordSettings : ISettings
{
    internal const int LongestMinimum = 64;

    private const int MostMemoryMiB = 1024;

    static string ISettings.Section => "Password";

    /// <summary>The minimum number of characters (Unicode code points) of a new password; at least 8.</summary>
    public int MinimumLength { get; set; } = 12;

    /// <summary>The hash function for new passwords; a hash of another kind is replaced when its owner signs in.</summary>
    public PasswordHashFunction Hash { get; set; } = PasswordHashFunction.Argon2id;

    /// <summary>The memory of a new Argon2id hash in MiB; OWASP's first choice is 19.</summary>
    public int Argon2MemoryMiB { get; set; } = 19;

    /// <summary>The number of passes over that memory; OWASP's first choice is 2, with one lane.</summary>
    public int Argon2Passes { get; set; } = 2;

    /// <summary>PBKDF2-HMAC-SHA512 iterations of new hashes; OWASP recommends 220,000.</summary>
    public int Iterations { get; set; } = 220_000;

    /// <summary>
    /// Hashes computed at once; 0 means one less than the number of cores, so that a burst leaves one for everything else.
    /// </summary>
    public int ConcurrentHashes { get; set; }

    /// <summary>
    /// The memory of all hashes computed at once in MiB; 0 means what they need, and enough for one imported hash.
    /// </summary>
    public int MaxHashMemoryMiB { get; set; }

    /// <summary>
    /// How many hashes may wait for each one being computed, before sign-ins are answered with 503; a quarter of them for one network.
    /// </summary>
    public int QueuedPerHash { get; set; } = 128;

    /// <summary>
    /// The service to ask whether a password appeared in a breach, such as <c>https://api.pwnedpasswords.com/range/</c>; none by
    /// default.
    /// </summary>
    public string BreachCheckUrl { get; set; } = "";

    /// <summary>The highest cost of an imported bcrypt hash; each step doubles the time.</summary>
    public int MaxImportedBcryptCost { get; set; } = 14;

    /// <summary>The most memory of an imported Argon2id hash in MiB; 0 refuses all of them.</summary>
    public int MaxImportedArgon2MemoryMiB { get; set; } = 128;

    internal int EffectiveConcurrentHashes => Math.Min(
        ConcurrentHashes > 0 ? ConcurrentHashes : Math.Max(1, Environment.ProcessorCount - 1),
        MaxHashMemoryMiB > 0 ? Math.Max(1, MaxHashMemoryMiB / NewHashMemoryMiB) : int.MaxValue);

    internal int EffectiveMaxHashMemoryMiB =>
        MaxHashMemoryMiB > 0 ? MaxHashMemoryMiB : Math.Max(EffectiveConcurrentHashes * NewHashMemoryMiB, MaxArgon2MemoryMiB);

    /// <summary>
    /// The most memory of a stored Argon2id hash that is verified; hashes made here with the current settings always are.
    /// </summary>
    internal int MaxArgon2MemoryMiB =>
        Hash == PasswordHashFunction.Argon2id ? Math.Max(Argon2MemoryMiB, MaxImportedArgon2MemoryMiB) : MaxImportedArgon2MemoryMiB;

    /// <summary>PBKDF2 needs hardly any memory.</summary>
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
            yield return "Password:BreachCheckUrl is not a usable address. Give it as https://api.pwnedpasswords.com/range/, without a "
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
            yield return "Password:MaxImportedArgon2MemoryMiB must be between 0, which accepts no imported Argon2id hash, and 1024.";
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
