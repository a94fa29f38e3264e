using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Data;
using AuthServer.Domain;

namespace AuthServer.Audit;

/// <summary>
/// SHA-256 of an event, for its seal. What is personal in it (who, whom, from where, what was said) goes in as a salted
/// digest of its own: when a person is erased the digest stays (<see cref="ErasureProofs"/>), the salt goes, and nobody can
/// find out by trying what it was.
/// </summary>
internal static class AuditHash
{
    public const int Length = SHA256.HashSizeInBytes;

    public static byte[] Of(AuditEvent audit)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, audit.Id);
        Append(hash, audit.Type);
        Append(hash, SnakeCase.Of(audit.Outcome));
        // PostgreSQL keeps microseconds: with a tick more, what is read back would have another hash.
        Append(hash, audit.OccurredAt.UtcTicks / TimeSpan.TicksPerMicrosecond);
        Append(hash, audit.TenantId?.ToString());
        Append(hash, audit.SessionId?.ToString());
        Append(hash, audit.RequestId);
        Append(hash, audit.Reason);
        hash.AppendData(PersonalDigest(audit));
        return hash.GetHashAndReset();
    }

    /// <summary>What stands for the personal in the hash: made from it, or, where it was erased, kept from before.</summary>
    public static byte[] PersonalDigest(AuditEvent audit)
    {
        if (audit.Salt is not { } salt)
        {
            return ErasureProofs.DigestIn(audit.ErasureProof);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(salt.ToByteArray(bigEndian: true));
        AppendPersonal(hash, AuditPersonal.Of(audit));
        return hash.GetHashAndReset();
    }

    internal static void AppendPersonal(IncrementalHash hash, AuditPersonal personal)
    {
        Append(hash, personal.ActorId?.ToString());
        Append(hash, personal.SubjectId?.ToString());
        Append(hash, personal.IpAddress?.ToString());
        Append(hash, personal.UserAgent);
        Append(hash, personal.Detail);
    }

    internal static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    // With its length before it: or "a", "bc" would be the same as "ab", "c". Nothing is not the same as an empty text.
    internal static void Append(IncrementalHash hash, string? text)
    {
        Append(hash, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
        hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
    }
}
