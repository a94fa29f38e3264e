using System.Buffers;
using System.Security.Cryptography;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;

namespace AuthServer.AuditTrail;

/// <summary>
/// Distinguishes an audit row whose personal fields were erased by the server from one that somebody changed: key id (4) ‖ digest
/// of the erased fields (32) ‖ HMAC-SHA256 (32) over event, digest and the remaining fields. It cannot be forged with access to the
/// database alone.
/// </summary>
internal sealed class RedactionProofs(Secrets secrets)
{
    private const int IdLength = 4;
    private const int ProofLength = IdLength + (2 * AuditHash.Length);

    private readonly IReadOnlyList<DerivedKey> _keys = secrets.Derive("audit-erasure");

    /// <summary>The proof for a row that will be left as <paramref name="after"/>.</summary>
    public byte[] Make(AuditEvent audit, AuditPersonal after)
    {
        var digest = AuditHash.PersonalDigest(audit);
        return [.. Convert.FromHexString(_keys[0].Id), .. digest, .. Mac(_keys[0], audit.Id, digest, after)];
    }

    /// <summary>Whether this server erased the row's personal fields and the row has not changed since.</summary>
    public bool IsGenuine(AuditEvent audit) =>
        audit is { Salt: null, ErasureProof: { Length: ProofLength } proof }
        && KeyOf(proof) is { } key
        && CryptographicOperations.FixedTimeEquals(
            Mac(key, audit.Id, DigestIn(proof), AuditPersonal.Of(audit)), proof.AsSpan(IdLength + AuditHash.Length));

    /// <summary>Whether the proof was made with the current key rather than the previous one.</summary>
    public bool IsCurrent(byte[] proof) => KeyOf(proof) == _keys[0];

    /// <summary>The digest of the erased fields; zeros, which no seal matches, if the proof is malformed.</summary>
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
