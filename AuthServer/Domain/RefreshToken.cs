using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace AuthServer.Domain;

/// <summary>
/// The text of a refresh token: <c>asr_</c>, the id of the MAC key, and base64url of session id (16) ‖ generation (4) ‖ HMAC-SHA256
/// of both, truncated to 28 bytes (RFC 2104 section 5 allows truncation to half). 48 bytes fill exactly 64 characters, so a token
/// has only one spelling. The MAC is checked before the database is asked, and the successor of a token can be recomputed.
/// </summary>
internal readonly record struct RefreshToken(Guid SessionId, int Generation)
{
    private const string Prefix = "asr_";
    private const int KeyIdLength = 8;
    private const int TextLength = 4 + KeyIdLength + 1 + 64;
    private const int SignedBytes = 20;
    private const int MacBytes = 28;

    public RefreshToken Successor => this with { Generation = Generation + 1 };

    public string Write(string keyId, byte[] key)
    {
        Span<byte> bytes = stackalloc byte[SignedBytes + MacBytes];
        Fill(bytes, key);
        return $"{Prefix}{keyId}_{Base64Url.EncodeToString(bytes)}";
    }

    /// <summary>The id of the key the token claims to be made with; null if the text does not have the form of a token.</summary>
    public static string? KeyIdOf(string text) =>
        text.Length == TextLength && text.StartsWith(Prefix, StringComparison.Ordinal) && text[Prefix.Length + KeyIdLength] == '_'
            ? text.Substring(Prefix.Length, KeyIdLength)
            : null;

    /// <summary>The token, or null if the MAC does not match.</summary>
    public static RefreshToken? Read(string text, byte[] key)
    {
        Span<byte> bytes = stackalloc byte[SignedBytes + MacBytes];
        // Not TryDecodeFromChars, which throws on characters outside the alphabet.
        if (Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length + KeyIdLength + 1), bytes, out _, out var written) != OperationStatus.Done
            || written != bytes.Length)
        {
            return null;
        }

        var token = new RefreshToken(new Guid(bytes[..16], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes[16..]));
        Span<byte> expected = stackalloc byte[SignedBytes + MacBytes];
        token.Fill(expected, key);
        return CryptographicOperations.FixedTimeEquals(bytes, expected) ? token : null;
    }

    private void Fill(Span<byte> bytes, byte[] key)
    {
        SessionId.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], Generation);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, bytes[..SignedBytes], mac);
        mac[..MacBytes].CopyTo(bytes[SignedBytes..]);
    }
}
