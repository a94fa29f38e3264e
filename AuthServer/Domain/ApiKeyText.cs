using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace AuthServer.Domain;

/// <summary>
/// The text of an API key: <c>as_</c> and base64url of id (16) ‖ secret (32) ‖ the first four bytes of SHA-256 of both. The
/// checksum is not a secret: it lets us reject a mistyped, truncated or unrelated text without asking the database.
/// </summary>
internal sealed record ApiKeyText(Guid Id, byte[] SecretHash)
{
    private const string Prefix = "as_";
    private const int IdBytes = 16;
    private const int SignedBytes = IdBytes + 32;
    private const int ChecksumBytes = 4;

    public const int Length = 3 + 70;

    /// <summary>Generates a key with this id: the text, which is shown once, and the hash to store.</summary>
    public static (string Text, byte[] SecretHash) Make(Guid id)
    {
        Span<byte> bytes = stackalloc byte[SignedBytes + ChecksumBytes];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[IdBytes..SignedBytes]);
        Checksum(bytes).CopyTo(bytes[SignedBytes..]);
        return (Prefix + Base64Url.EncodeToString(bytes), SHA256.HashData(bytes[IdBytes..SignedBytes]));
    }

    /// <summary>Parses a key; null unless the text has exactly the form above.</summary>
    public static ApiKeyText? Read(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[SignedBytes + ChecksumBytes];
        Span<char> again = stackalloc char[Length - Prefix.Length];
        return text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal)
            && Base64Url.DecodeFromChars(text[Prefix.Length..], bytes, out _, out var written) == OperationStatus.Done
                && written == bytes.Length
            && Checksum(bytes).SequenceEqual(bytes[SignedBytes..])
            // Reject alternative encodings of the same bytes: a key has exactly one spelling.
            && Base64Url.EncodeToChars(bytes, again) == again.Length && text[Prefix.Length..].SequenceEqual(again)
                ? new(new Guid(bytes[..IdBytes], bigEndian: true), SHA256.HashData(bytes[IdBytes..SignedBytes]))
                : null;
    }

    /// <summary>The first key that occurs in a text, or null.</summary>
    public static ApiKeyText? FindIn(ReadOnlySpan<char> text)
    {
        while (text.IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var start && text.Length - start >= Length)
        {
            if (Read(text.Slice(start, Length)) is { } key)
            {
                return key;
            }

            text = text[(start + 1)..];
        }

        return null;
    }

    /// <summary>Compares in constant time.</summary>
    public bool Fits(byte[] kept) => CryptographicOperations.FixedTimeEquals(SecretHash, kept);

    private static byte[] Checksum(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes[..SignedBytes])[..ChecksumBytes];
}
