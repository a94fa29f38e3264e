using System.Buffers;
using System.Security.Cryptography;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;

namespace AuthServer.AuditTrail;

/// <summary>
/// Tells a row of the audit log that has lost what was personal in it from one that somebody has changed: key id (4) ‖ the digest of what
/// was there (32) ‖ HMAC-SHA256 (32) over event, digest and what stands there now. Whoever has the database alone cannot make one.
/// </summary>
internal sealed class RedactionProofs(Secrets secrets)
{
    private const int IdLength = 4;
    private const int ProofLength = IdLength + (2 * AuditHash.Length);

    private readonly IReadOnlyList<DerivedKey> _keys = secrets.Derive("audit-erasure");

    /// <summary>For a row that is about to be left as <paramref name="after"/>.</summary>
    public byte[] Make(AuditEvent audit, AuditPersonal after)
    {
        var digest = AuditHash.PersonalDigest(audit);
        return [.. Convert.FromHexString(_keys[0].Id), .. digest, .. Mac(_keys[0], audit.Id, digest, after)];
    }

    /// <summary>Whether the row lost what was personal in it through this server, and is since as it was left.</summary>
    public bool IsGenuine(AuditEvent audit) =>
        audit is { Salt: null, ErasureProof: { Length: ProofLength } proof }
        && KeyOf(proof) is { } key
        && CryptographicOperations.FixedTimeEquals(
            Mac(key, audit.Id, DigestIn(proof), AuditPersonal.Of(audit)), proof.AsSpan(IdLength + AuditHash.Length));

    /// <summary>Whether the proof was made with the current key, and not with the one before it.</summary>
    public bool IsCurrent(byte[] proof) => KeyOf(proof) == _keys[0];

    /// <summary>The digest of what was there; zeros where that is no proof, which no seal agrees with.</summary>
    internal static byte[] DigestIn(byte[]? proof) =>
        proof is { Length: ProofLength } ? proof[IdLength..(IdLength + AuditHash.Length)] : new byte[AuditHash.Length];

    private DerivedKey? KeyOf(byte[] proof) =>
        proof.Length < IdLength ? null : _keys.FirstOrDefault(key => key.Id == Convert.ToHexStringLower(proof.AsSpan(0, IdLength)));

    private static byte[] Mac(DerivedKey key, long id, byte[] digest, AuditPersonal personal)
    {
        var input = new ArrayBufferWriter<byte>();
        AuditHash.Append(input, id);
        input.Write(digest);
        AuditHash.AppendPersonal(input, personal);
        return HMACSHA256.HashData(key.Bytes, input.WrittenSpan);
    }
}
