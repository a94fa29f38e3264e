using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.AuditTrail;

/// <summary>
/// Looks up heads that were kept elsewhere in the current chain. This detects what the chain alone cannot show: that its end was
/// cut off, or that it was rewritten completely.
/// </summary>
internal sealed class CheckpointVerifier(AuthDbContext db, SealKeys keys)
{
    private const int AtOnce = 1000;

    /// <summary>The first head that is missing from the chain; null if all are there. Updates the counts.</summary>
    /// <exception cref="UnreadableCheckpointException">A line is not a head.</exception>
    public async Task<AuditFault?> FindMissingAsync(IAsyncEnumerable<string> lines, AuditCounts counts, CancellationToken cancellationToken)
    {
        long number = 0;
        await foreach (var chunk in lines.Chunk(AtOnce).WithCancellation(cancellationToken))
        {
            var heads = new List<AuditCheckpoint>(chunk.Length);
            foreach (var line in chunk)
            {
                number++;
                if (!string.IsNullOrWhiteSpace(line))
                {
                    heads.Add(Read(line) ?? throw new UnreadableCheckpointException(number));
                }
            }

            if (await FindMissingAsync(heads, cancellationToken) is { } fault)
            {
                return fault;
            }

            counts.KeptHeads += heads.Count;
        }

        return null;
    }

    // A head signed with a key that is no longer known is accepted unverified: it can only make the check stricter.
    private AuditCheckpoint? Read(string line)
    {
        try
        {
            return AuditCheckpoint.Parse(line) is { } head
                && IsGenuine(head.KeyId, Convert.FromHexString(head.Hash), Convert.FromBase64String(head.Signature)) ? head : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool IsGenuine(string keyId, byte[] hash, byte[] signature) => !keys.IsKnown(keyId) || keys.IsGenuine(keyId, hash, signature);

    private async Task<AuditFault?> FindMissingAsync(List<AuditCheckpoint> heads, CancellationToken cancellationToken)
    {
        var numbers = heads.Select(head => head.Seal).ToList();
        var there =
            await db.AuditSeals
                .AsNoTracking()
                .Where(seal => numbers.Contains(seal.Id))
                .Select(seal => new { seal.Id, seal.Hash })
                .ToDictionaryAsync(seal => seal.Id, seal => seal.Hash, cancellationToken);
        foreach (var head in heads.Where(
            head => !there.TryGetValue(head.Seal, out var hash) || !hash.AsSpan().SequenceEqual(Convert.FromHexString(head.Hash))))
        {
            return AuditFault.HeadMissing(head.Seal, await db.AuditSeals.MaxAsync(seal => (long?)seal.Id, cancellationToken));
        }

        return null;
    }
}

/// <summary>A line in a file of heads that is not a head.</summary>
internal sealed class UnreadableCheckpointException(long line)
    : Exception($"Line {line} is not a head as written by `audit head` and Audit:HeadFile.");
