using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;

namespace AuthServer.AuditTrail;

/// <summary>
/// SHA-256 of an event, for its seal. What is personal in it (who, whom, from where, what was said) goes in as a salted
/// digest of its own: when a person is erased the digest stays (<see cref="RedactionProofs"/>), the salt goes, and nobody can
/// find out by trying what it was.
/// </summary>
internal static class AuditHash
{
    public const int Length = SHA256.HashSizeInBytes;

    private const int UsualLength = 512;

    public static byte[] Of(AuditEvent audit)
    {
        // Gathered first and hashed at once: to hash each field as it comes takes several times as long.
        var input = new ArrayBufferWriter<byte>(UsualLength);
        Append(input, audit.Id);
        Append(input, audit.Type);
        Append(input, SnakeCase.Of(audit.Outcome));
        // PostgreSQL keeps microseconds: with a tick more, what is read back would have another hash.
        Append(input, audit.OccurredAt.UtcTicks / TimeSpan.TicksPerMicrosecond);
        Append(input, audit.TenantId?.ToString());
        Append(input, audit.SessionId?.ToString());
        Append(input, audit.RequestId);
        Append(input, audit.Reason);
        input.Write(PersonalDigest(audit));
        return SHA256.HashData(input.WrittenSpan);
    }

    /// <summary>What stands for the personal in the hash: made from it, or, where it was erased, kept from before.</summary>
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

    // With its length before it: or "a", "bc" would be the same as "ab", "c". Nothing is not the same as an empty text.
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
