using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Library = BCrypt.Net.BCrypt;

namespace AuthServer.Accounts.Credentials;

/// <summary>bcrypt, only to verify hashes of other systems; no new hashes are made with it.</summary>
internal static class Bcrypt
{
    private const int DigestStart = 29;

    /// <param name="hash">A text that <see cref="ImportedHash.Parse"/> recognises as bcrypt.</param>
    /// <param name="password">The password as the system that made the hash saw it; only the first 72 bytes of its UTF-8 count.</param>
    public static bool Verify(string hash, string password) =>
        // bcrypt repeats the password, up to a NUL, to fill its key, so that "a\0a" would match the hash of "a".
        !password.Contains('\0') && IsSameDigest(hash, Library.HashPassword(password, hash));

    // Compare only the digests: four bits of the salt's last character are unused, and not every implementation leaves them 0.
    private static bool IsSameDigest(string stored, string typed) => CryptographicOperations.FixedTimeEquals(Digest(stored), Digest(typed));

    private static ReadOnlySpan<byte> Digest(string hash) => MemoryMarshal.AsBytes(hash.AsSpan(DigestStart));
}
