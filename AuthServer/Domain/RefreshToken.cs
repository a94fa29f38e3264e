using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace AuthServer.Domain;

/// <summary>
/// The text of a refresh token: <c>asr_</c>, the id of the MAC key, and base64url of
/// session id (16) ‖ generation (4) ‖ HMAC-SHA256 of both, cut to 28 bytes (RFC 2104 section 5 allows down to half).
/// 48 bytes fill 64 characters exactly, so that no token has a second spelling. The MAC is checked before the database
/// hears of the token, and the successor of a token can be worked out again.
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

    /// <summary>The id of the key a token claims to be made with, or null where the text has not the form of a token.</summary>
    public static string? KeyIdOf(string text) =>
        text.Length == TextLength && text.StartsWith(Prefix, StringComparison.Ordinal) && text[Prefix.Length + KeyIdLength] == '_'
            ? text.Substring(Prefix.Length, KeyIdLength)
            : null;

    /// <summary>The token, or null where the MAC does not fit.</summary>
    public static RefreshToken? Read(string text, byte[] key)
    {
        Span<byte> bytes = stackalloc byte[SignedBytes + MacBytes];
        // Not TryDecodeFromChars, which throws at a character that is not of the alphabet.
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
