using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Library = BCrypt.Net.BCrypt;

namespace AuthServer.Accounts.Credentials;

/// <summary>bcrypt, for hashes that other systems made; nothing is hashed with it here.</summary>
internal static class Bcrypt
{
    private const int DigestStart = 29;

    /// <param name="hash">A text that <see cref="ImportedHash.Parse"/> takes for bcrypt.</param>
    /// <param name="password">As whoever made the hash saw it; of its UTF-8, the first 72 bytes count.</param>
    public static bool Verify(string hash, string password) =>
        // A NUL ends the password that bcrypt repeats to fill its key, so that "a\0a" would fit the hash of "a".
        !password.Contains('\0') && IsSameDigest(hash, Library.HashPassword(password, hash));

    // Digests alone: four bits of the salt's last character mean nothing, and not all who write it leave them 0.
    private static bool IsSameDigest(string stored, string typed) => CryptographicOperations.FixedTimeEquals(Digest(stored), Digest(typed));

    private static ReadOnlySpan<byte> Digest(string hash) => MemoryMarshal.AsBytes(hash.AsSpan(DigestStart));
}
