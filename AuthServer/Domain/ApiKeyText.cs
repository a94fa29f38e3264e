using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace AuthServer.Domain;

/// <summary>
/// The text of an API key: <c>as_</c> and base64url of id (16) ‖ secret (32) ‖ the first four bytes of SHA-256 of both. The
/// checksum is no secret: it tells a mistyped or cut key, and a stray text, from a key before the database is asked.
/// </summary>
/// <param name="Id">The key's id.</param>
/// <param name="SecretHash">SHA-256 of the secret, which is not kept.</param>
internal sealed record ApiKeyText(Guid Id, byte[] SecretHash)
{
    private const string Prefix = "as_";
    private const int IdBytes = 16;
    private const int SignedBytes = IdBytes + 32;
    private const int ChecksumBytes = 4;

    /// <summary>How many characters a key has.</summary>
    public const int Length = 3 + 70;

    /// <summary>A new key with this id, to be shown once, and what is kept of it.</summary>
    public static (string Text, byte[] SecretHash) Make(Guid id)
    {
        Span<byte> bytes = stackalloc byte[SignedBytes + ChecksumBytes];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[IdBytes..SignedBytes]);
        Checksum(bytes).CopyTo(bytes[SignedBytes..]);
        return (Prefix + Base64Url.EncodeToString(bytes), SHA256.HashData(bytes[IdBytes..SignedBytes]));
    }

    /// <summary>The key, or null where the text has not its form to the last bit.</summary>
    public static ApiKeyText? Read(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[SignedBytes + ChecksumBytes];
        Span<char> again = stackalloc char[Length - Prefix.Length];
        return text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal)
            && Base64Url.DecodeFromChars(text[Prefix.Length..], bytes, out _, out var written) == OperationStatus.Done
                && written == bytes.Length
            && Checksum(bytes).SequenceEqual(bytes[SignedBytes..])
            // No key has a second spelling.
            && Base64Url.EncodeToChars(bytes, again) == again.Length && text[Prefix.Length..].SequenceEqual(again)
                ? new(new Guid(bytes[..IdBytes], bigEndian: true), SHA256.HashData(bytes[IdBytes..SignedBytes]))
                : null;
    }

    /// <summary>The first key in a text; null where there is none.</summary>
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

    /// <summary>Whether this is the secret the hash was kept of.</summary>
    public bool Fits(byte[] kept) => CryptographicOperations.FixedTimeEquals(SecretHash, kept);

    private static byte[] Checksum(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes[..SignedBytes])[..ChecksumBytes];
}
