using System.Diagnostics;
using System.Text;
using AuthServer.Domain;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Accounts.Credentials;

/// <summary>A hash that a password can be compared with.</summary>
/// <param name="Text">As it is stored.</param>
/// <param name="Parsed">What the text says of itself.</param>
/// <param name="MemoryMiB">What comparing takes.</param>
internal sealed record StoredHash(string Text, ImportedHash Parsed, int MemoryMiB);

/// <summary>
/// Compares a password with what is stored: our own hashes, and those that were imported or made with other settings, until the
/// next good sign-in replaces them. What was cheaper than a new hash is topped up, so that a wrong password costs as much as for
/// an account that does not exist; what costs more still tells, by the time of the answer, that there is an account.
/// </summary>
internal sealed class StoredHashes(
    Argon2idHasher argon2id, PasswordHasher<User> pbkdf2, HashRest rest, PasswordSettings settings,
    IOptions<PasswordHasherOptions> options, ILogger<StoredHashes> logger)
{
    /// <summary>Null where there is nothing to compare with; the log says what is wrong then.</summary>
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

    /// <summary>Costs CPU time, by design: to be called behind the gate.</summary>
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

        // Others hashed what was typed; but whoever chose a password here, when hashes were cheaper, had it normalised.
        if (IsRight(hash, password) || (normal != password && IsRight(hash, normal)))
        {
            return PasswordVerificationResult.SuccessRehashNeeded;
        }

        rest.Spend(Stopwatch.GetElapsedTime(startedAt));
        return PasswordVerificationResult.Failed;
    }

    // An imported one of this function and cost is taken for ours: nothing tells them apart, and looking twice would double what
    // a wrong password costs an account, but not nobody's.
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
