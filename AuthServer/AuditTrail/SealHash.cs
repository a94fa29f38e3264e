using System.Buffers;
using System.Security.Cryptography;
using AuthServer.Domain;

namespace AuthServer.AuditTrail;

/// <summary>
/// SHA-256 of a seal, over an unambiguous encoding. <c>docs/audit.md</c> describes it for people who write their own check.
/// </summary>
internal static class SealHash
{
    private const string Form = "authserver-audit-seal-1";

    /// <summary>Over the ids, eight bytes each, followed by the hashes.</summary>
    public static byte[] OfEvents(IReadOnlyList<long> ids, byte[] hashes)
    {
        var input = new ArrayBufferWriter<byte>((ids.Count * sizeof(long)) + hashes.Length + 1);
        foreach (var id in ids)
        {
            AuditHash.Append(input, id);
        }

        input.Write(hashes);
        return SHA256.HashData(input.WrittenSpan);
    }

    public static byte[] Of(AuditSeal seal) => Of(seal, seal.Id);

    /// <summary>The hash this seal would have with another number.</summary>
    public static byte[] Of(AuditSeal seal, long number)
    {
        var input = new ArrayBufferWriter<byte>();
        AuditHash.Append(input, Form);
        AuditHash.Append(input, number);
        AuditHash.Append(input, seal.FirstEventId);
        AuditHash.Append(input, seal.LastEventId);
        AuditHash.Append(input, seal.EventCount);
        AuditHash.Append(input, Microseconds(seal.NewestEventAt));
        AuditHash.Append(input, Microseconds(seal.SealedAt));
        AuditHash.Append(input, seal.EventsHash);
        AuditHash.Append(input, seal.PreviousHash);
        AuditHash.Append(input, seal.KeyId);
        return SHA256.HashData(input.WrittenSpan);
    }

    private static long Microseconds(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
