using System.Diagnostics;
using System.Text;
using AuthServer.Domain;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Accounts.Credentials;

/// <summary>A hash that passwords can be verified against.</summary>
/// <param name="Text">The hash as stored.</param>
/// <param name="Parsed">The text's format and parameters.</param>
/// <param name="MemoryMiB">The memory that a verification needs.</param>
internal sealed record StoredHash(string Text, ImportedHash Parsed, int MemoryMiB);

/// <summary>
/// Verifies passwords against stored hashes: our own, and those that were imported or made with other settings, until the next
/// successful sign-in replaces them. A cheaper hash is topped up, so that a wrong password costs as much as for an account that
/// does not exist; a more expensive one still reveals, by the response time, that there is an account.
/// </summary>
internal sealed class StoredHashes(
    Argon2idHasher argon2id, PasswordHasher<User> pbkdf2, HashRest rest, PasswordSettings settings,
    IOptions<PasswordHasherOptions> options, ILogger<StoredHashes> logger)
{
    /// <summary>Null if there is nothing to verify against; the log then says what is wrong.</summary>
    public StoredHash? Read(string hash)
    {
        switch (ImportedHash.Parse(hash))
        {
            case null:
                Log.UnknownHash(logger);
                return null;
            case { Format: HashFormat.Bcrypt } costly when costly.Cost > settings.MaxImportedBcryptCost:
                Log.HashTooCostly(logger, costly.Cost);
                return null;
            case { Argon2: { } large } when large.Fault(settings) is { } fault:
                Log.Argon2TooCostly(logger, fault);
                return null;
            case { Argon2: not null } when Argon2id.LoadFault is not null:
                Log.LibsodiumMissing(logger);
                return null;
            case var parsed:
                return new(hash, parsed, Math.Max(parsed.Argon2?.MemoryMiB ?? 0, settings.NewHashMemoryMiB));
        }
    }

    /// <summary>Uses CPU time on purpose; call it behind the gate.</summary>
    public PasswordVerificationResult Compare(StoredHash hash, string password)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var normal = PasswordHashing.Normalize(password);
        if (IsOurs(hash.Parsed))
        {
            var result = IsRight(hash, normal) ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed;
            rest.Learn(Stopwatch.GetElapsedTime(startedAt));
            return result;
        }

        // Other systems hashed the text as typed; but passwords chosen here with cheaper parameters were normalised.
        if (IsRight(hash, password) || (normal != password && IsRight(hash, normal)))
        {
            return PasswordVerificationResult.SuccessRehashNeeded;
        }

        rest.Spend(Stopwatch.GetElapsedTime(startedAt));
        return PasswordVerificationResult.Failed;
    }

    // An imported hash of this function and cost counts as ours: they cannot be distinguished, and trying both forms would double
    // the cost of a wrong password for existing accounts only.
    private bool IsOurs(ImportedHash hash) => (settings.Hash, hash) switch
    {
        (PasswordHashFunction.Argon2id, { Argon2: { } parsed }) => argon2id.IsOfThisCost(parsed),
        (PasswordHashFunction.Pbkdf2, { Format: HashFormat.IdentityV3, Prf: KeyDerivationPrf.HMACSHA512 } parsed) =>
            parsed.Cost >= options.Value.IterationCount,
        _ => false,
    };

    private bool IsRight(StoredHash hash, string password) => hash.Parsed.Format switch
    {
        HashFormat.Bcrypt => Bcrypt.Verify(hash.Text, password),
        HashFormat.Argon2id => Argon2id.Verify(hash.Text, Encoding.UTF8.GetBytes(password)),
        _ => pbkdf2.VerifyHashedPassword(null!, hash.Text, password) != PasswordVerificationResult.Failed,
    };
}
