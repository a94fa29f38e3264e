using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AuthServer.Credentials;

/// <summary>
/// bcrypt, for hashes that other systems made; nothing is hashed with it here. The work is libxcrypt's, a package that is in
/// every Debian and Ubuntu.
/// </summary>
internal sealed class Bcrypt(string library = "libcrypt.so.1")
{
    // struct crypt_data. crypt_rn is told the length, which crypt_r is not: a library with a larger one refuses, and does not overrun.
    private const int WorkspaceLength = 32768;
    private const int LongestPassword = 72;
    private const int HashLength = 60;
    private const int DigestStart = 29;

    private readonly Lazy<CryptFunction?> _crypt = new(() => Load(library));

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint CryptFunction(byte[] password, byte[] setting, byte[] workspace, int length);

    public bool IsAvailable => _crypt.Value is not null;

    /// <param name="hash">A text that <see cref="ImportedHash.Parse"/> takes for bcrypt.</param>
    /// <param name="password">Its bytes, as whoever made the hash saw them.</param>
    public bool Verify(string hash, ReadOnlySpan<byte> password)
    {
        // C would take the password for shorter than it is.
        if (_crypt.Value is not { } crypt || password.Contains((byte)0))
        {
            return false;
        }

        // bcrypt itself looks no further, and the library refuses what is longer than 511.
        byte[] typed = [.. password[..Math.Min(password.Length, LongestPassword)], 0];
        var stored = Encoding.ASCII.GetBytes(hash + '\0');
        var workspace = new byte[WorkspaceLength];
        try
        {
            // Digests alone: two bits of the salt's last character mean nothing, and not all who write it leave them 0.
            return crypt(typed, stored, workspace, workspace.Length) != nint.Zero && workspace[0] == '$'
                && CryptographicOperations.FixedTimeEquals(workspace.AsSpan(DigestStart, HashLength - DigestStart), stored.AsSpan(DigestStart, HashLength - DigestStart));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(typed);
            CryptographicOperations.ZeroMemory(workspace);
        }
    }

    private static CryptFunction? Load(string library) =>
        NativeLibrary.TryLoad(library, typeof(Bcrypt).Assembly, DllImportSearchPath.SafeDirectories, out var handle) && NativeLibrary.TryGetExport(handle, "crypt_rn", out var crypt)
            ? Marshal.GetDelegateForFunctionPointer<CryptFunction>(crypt)
            : null;
}
