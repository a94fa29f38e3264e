using System.Buffers.Binary;
using System.Security.Cryptography;
using AuthServer.Domain;

namespace AuthServer.Audit;

/// <summary>SHA-256 of a seal, in a form that has one reading only. <c>docs/audit.md</c> tells it to whoever wants to check by themselves.</summary>
internal static class SealHash
{
    private const string Form = "authserver-audit-seal-1";

    /// <summary>Over the ids, eight bytes each, and then the hashes.</summary>
    public static byte[] OfEvents(IReadOnlyList<long> ids, byte[] hashes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (var id in ids)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, id);
            hash.AppendData(bytes);
        }

        hash.AppendData(hashes);
        return hash.GetHashAndReset();
    }

    public static byte[] Of(AuditSeal seal) => Of(seal, seal.Id);

    /// <summary>What the hash would be if the batch had another number.</summary>
    public static byte[] Of(AuditSeal seal, long number)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AuditHash.Append(hash, Form);
        AuditHash.Append(hash, number);
        AuditHash.Append(hash, seal.FirstEventId);
        AuditHash.Append(hash, seal.LastEventId);
        AuditHash.Append(hash, seal.EventCount);
        AuditHash.Append(hash, Microseconds(seal.NewestEventAt));
        AuditHash.Append(hash, Microseconds(seal.SealedAt));
        Append(hash, seal.EventsHash);
        Append(hash, seal.PreviousHash);
        AuditHash.Append(hash, seal.KeyId);
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, byte[] bytes)
    {
        AuditHash.Append(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static long Microseconds(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
