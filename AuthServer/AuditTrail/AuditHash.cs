using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;

namespace AuthServer.AuditTrail;

/// <summary>
/// SHA-256 of an event, for its seal. Personal fields (actor, subject, address, user agent, notes) are included as a salted digest
/// of their own: when a person is erased the digest stays (<see cref="RedactionProofs"/>) and the salt is deleted, so nobody can
/// recover the values by trying.
/// </summary>
internal static class AuditHash
{
    public const int Length = SHA256.HashSizeInBytes;

    private const int UsualLength = 512;

    public static byte[] Of(AuditEvent audit)
    {
        // Collect all fields and hash them once: hashing each field separately takes several times as long.
        var input = new ArrayBufferWriter<byte>(UsualLength);
        Append(input, audit.Id);
        Append(input, audit.Type);
        Append(input, SnakeCase.Of(audit.Outcome));
        // PostgreSQL stores microseconds; with full ticks the event read back would have another hash.
        Append(input, audit.OccurredAt.UtcTicks / TimeSpan.TicksPerMicrosecond);
        Append(input, audit.TenantId?.ToString());
        Append(input, audit.SessionId?.ToString());
        Append(input, audit.RequestId);
        Append(input, audit.Reason);
        input.Write(PersonalDigest(audit));
        return SHA256.HashData(input.WrittenSpan);
    }

    /// <summary>Computed from the personal fields or, where they were erased, read from the redaction proof.</summary>
    public static byte[] PersonalDigest(AuditEvent audit)
    {
        if (audit.Salt is not { } salt)
        {
            return RedactionProofs.DigestIn(audit.ErasureProof);
        }

        var input = new ArrayBufferWriter<byte>(UsualLength);
        input.Write(salt.ToByteArray(bigEndian: true));
        AppendPersonal(input, AuditPersonal.Of(audit));
        return SHA256.HashData(input.WrittenSpan);
    }

    internal static void AppendPersonal(ArrayBufferWriter<byte> input, AuditPersonal personal)
    {
        Append(input, personal.ActorId?.ToString());
        Append(input, personal.SubjectId?.ToString());
        Append(input, personal.IpAddress?.ToString());
        Append(input, personal.UserAgent);
        Append(input, personal.Detail);
    }

    internal static void Append(ArrayBufferWriter<byte> input, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(input.GetSpan(sizeof(long)), number);
        input.Advance(sizeof(long));
    }

    // Prefix the length, so that "a", "bc" and "ab", "c" differ. Null and the empty text differ as well.
    internal static void Append(ArrayBufferWriter<byte> input, string? text)
    {
        Append(input, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, input);
    }

    internal static void Append(ArrayBufferWriter<byte> input, byte[] bytes)
    {
        Append(input, bytes.Length);
        input.Write(bytes);
    }
}
