using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Credentials;

/// <summary>The cost parameters of an Argon2id hash with one lane.</summary>
internal sealed record Argon2Cost(int MemoryKiB, int Passes)
{
    private const int LeastMemoryKiB = 8;

    public static Argon2Cost Of(PasswordSettings settings) => new(settings.Argon2MemoryMiB * 1024, settings.Argon2Passes);

    /// <summary>Approximately this fraction of the cost.</summary>
    public Argon2Cost Times(double share) => this with { MemoryKiB = Math.Max(LeastMemoryKiB, (int)(MemoryKiB * share)) };
}

/// <summary>
/// Identity's hasher, by Argon2id in PHC string format: <c>$argon2id$v=19$m=19456,t=2,p=1$salt$hash</c>, base64 without padding.
/// </summary>
internal sealed class Argon2idHasher(Argon2Cost cost) : IPasswordHasher<User>
{
    public string HashPassword(User user, string password)
    {
        var salt = RandomNumberGenerator.GetBytes(Argon2id.SaltLength);
        var hash = Argon2id.Derive(cost, password, salt);
        return string.Create(
            CultureInfo.InvariantCulture, $"$argon2id$v=19$m={cost.MemoryKiB},t={cost.Passes},p=1${Unpadded(salt)}${Unpadded(hash)}");
    }

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
        PhcString.Parse(hashedPassword) is not { } parsed || !Argon2id.Verify(hashedPassword, Encoding.UTF8.GetBytes(providedPassword))
            ? PasswordVerificationResult.Failed
            : IsOfThisCost(parsed) ? PasswordVerificationResult.Success : PasswordVerificationResult.SuccessRehashNeeded;

    public bool IsOfThisCost(PhcString hash) => (hash.MemoryKiB, hash.Passes, hash.Lanes, hash.SaltLength, hash.HashLength)
        == (cost.MemoryKiB, cost.Passes, 1, Argon2id.SaltLength, Argon2id.HashLength);

    private static string Unpadded(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');
}
