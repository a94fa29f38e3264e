using System.Runtime.InteropServices;
using System.Text;
using NSec.Cryptography;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// Argon2id (RFC 9106), version 19, by libsodium, which comes with the package. The library is loaded on first use: with
/// <c>Password:Hash=Pbkdf2</c> never, unless somebody's stored hash is still Argon2id.
/// </summary>
internal static class Argon2id
{
    public const int SaltLength = 16;
    public const int HashLength = 32;

    private static readonly Lazy<string?> Loaded = new(Load);

    /// <summary>Why it cannot be used on this machine, with the remedy; null if it can.</summary>
    public static string? LoadFault => Loaded.Value;

    // Pass bytes, and never use NSec's overload for text, which hashes UTF-16.
    public static byte[] Derive(Argon2Cost cost, string password, ReadOnlySpan<byte> salt) =>
        Derive(cost, Encoding.UTF8.GetBytes(password), salt, HashLength);

    public static byte[] Derive(Argon2Cost cost, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int length) =>
        Of(cost).DeriveBytes(password, salt, length);

    /// <param name="hash">A text that <see cref="ImportedHash.Parse"/> recognises as Argon2id, within the limits.</param>
    /// <param name="password">The bytes as the system that made the hash encoded them.</param>
    // libsodium's own verification, because NSec supports neither several lanes nor salts of other lengths than 16 bytes, and
    // imported hashes have both.
    public static bool Verify(string hash, byte[] password) =>
        LoadFault is null && VerifyText(Encoding.ASCII.GetBytes(hash + '\0'), password, (ulong)password.Length) == 0;

    private static NSec.Cryptography.Argon2id Of(Argon2Cost cost) => PasswordBasedKeyDerivationAlgorithm.Argon2id(
        new() { DegreeOfParallelism = 1, MemorySize = cost.MemoryKiB, NumberOfPasses = cost.Passes });

    // By computing a hash: libsodium then detects the CPU's features, without which it is ten times slower.
    private static string? Load()
    {
        try
        {
            _ = Of(new(MemoryKiB: 8, Passes: 1));
            return null;
        }
        catch (Exception exception) when (exception is PlatformNotSupportedException or TypeInitializationException
            or InvalidOperationException)
        {
            return "Password:Hash is Argon2id, and libsodium cannot be loaded on this machine. Publish the server for it (dotnet publish "
            + "--runtime, or "
                + "--use-current-runtime), so that the library comes along, or set Password:Hash to Pbkdf2.";
        }
    }

    [DllImport("libsodium", EntryPoint = "crypto_pwhash_argon2id_str_verify")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int VerifyText(byte[] hash, byte[] password, ulong length);
}
