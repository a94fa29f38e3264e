using System.Security.Cryptography;
using System.Text;

namespace AuthServer.Platform.Cryptography;

/// <summary>
/// Encrypts private keys before they are stored (AES-256-GCM), bound to the name of their row, so that neither the database nor a
/// backup of it is enough to forge a token, and rows cannot be swapped. Layout: key id (4) ‖ nonce (12) ‖ tag (16) ‖ ciphertext.
/// </summary>
internal sealed class KeyWrapping(Secrets secrets)
{
    private const int IdBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = IdBytes + NonceBytes + TagBytes;

    private readonly IReadOnlyList<DerivedKey> _keys = secrets.Derive("key-wrapping");

    public byte[] Wrap(ReadOnlySpan<byte> plain, string name)
    {
        var wrapped = new byte[HeaderBytes + plain.Length];
        Convert.FromHexString(_keys[0].Id).CopyTo(wrapped, 0);
        var nonce = wrapped.AsSpan(IdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_keys[0].Bytes, TagBytes);
        aes.Encrypt(
            nonce, plain, wrapped.AsSpan(HeaderBytes), wrapped.AsSpan(IdBytes + NonceBytes, TagBytes), Encoding.UTF8.GetBytes(name));
        return wrapped;
    }

    /// <summary>Decrypts a wrapped key.</summary>
    /// <exception cref="CryptographicException">It was altered, or belongs to another name or to an unknown root
    /// secret.</exception>
    public byte[] Unwrap(ReadOnlySpan<byte> wrapped, string name)
    {
        if (wrapped.Length < HeaderBytes || KeyFor(wrapped) is not { } key)
        {
            throw new CryptographicException(
                "A stored key was encrypted under another SECRET_KEY. Set SECRET_KEY_PREVIOUS to the former one.");
        }

        var plain = new byte[wrapped.Length - HeaderBytes];
        using var aes = new AesGcm(key.Bytes, TagBytes);
        aes.Decrypt(
            wrapped.Slice(IdBytes, NonceBytes), wrapped[HeaderBytes..], wrapped.Slice(IdBytes + NonceBytes, TagBytes), plain,
            Encoding.UTF8.GetBytes(name));
        return plain;
    }

    /// <summary>Whether it was wrapped under the current root secret rather than the previous one.</summary>
    public bool IsCurrent(ReadOnlySpan<byte> wrapped) => ReferenceEquals(KeyFor(wrapped), _keys[0]);

    private DerivedKey? KeyFor(ReadOnlySpan<byte> wrapped)
    {
        var id = Convert.ToHexStringLower(wrapped[..IdBytes]);
        return _keys.FirstOrDefault(key => key.Id == id);
    }
}
