using AuthServer.Domain;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Credentials;

/// <summary>
/// Compares a password with what is stored: our own hashes, and those that were imported, until the next good sign-in
/// replaces them. An imported hash costs what it costs: until then, the time of an answer can tell that an account was
/// imported, and so that it exists. To spend more on everybody else would not hide it, because formats and costs differ.
/// </summary>
internal sealed class StoredHashes(IPasswordHasher<User> hasher, PasswordSettings settings, IOptions<PasswordHasherOptions> options, ILogger<StoredHashes> logger)
{
    /// <summary>Whether there is anything to compare with; says in the log what is wrong, if not.</summary>
    public bool CanCompare(string hash)
    {
        switch (ImportedHash.Parse(hash))
        {
            case null:
                Log.UnknownHash(logger);
                return false;
            case { Format: HashFormat.Bcrypt } costly when costly.Cost > settings.MaxImportedBcryptCost:
                Log.HashTooCostly(logger, costly.Cost);
                return false;
            default:
                return true;
        }
    }

    /// <summary>Costs CPU time, by design: to be called behind the gate.</summary>
    public PasswordVerificationResult Compare(string hash, string password)
    {
        var normal = PasswordHashing.Normalize(password);
        if (IsOurs(hash))
        {
            return hasher.VerifyHashedPassword(null!, hash, normal);
        }

        // Others hashed what was typed; but whoever chose a password here, when hashes were cheaper, had it normalised.
        var isRight = IsRight(hash, password) || (normal != password && IsRight(hash, normal));
        return isRight ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
    }

    // An imported one of this function and cost is taken for ours: nothing tells them apart, and looking twice would double what
    // a wrong password costs an account, but not nobody's.
    private bool IsOurs(string hash) =>
        ImportedHash.Parse(hash) is { Format: HashFormat.IdentityV3, Prf: KeyDerivationPrf.HMACSHA512 } parsed && parsed.Cost >= options.Value.IterationCount;

    private bool IsRight(string hash, string password) => hash[0] == '$'
        ? Bcrypt.Verify(hash, password)
        : hasher.VerifyHashedPassword(null!, hash, password) != PasswordVerificationResult.Failed;
}
