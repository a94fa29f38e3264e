using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.AuditTrail;

/// <summary>The current end of the chain, to be kept elsewhere, and the public key to verify it with.</summary>
internal sealed class CheckpointQuery(AuthDbContext db, SealKeys keys)
{
    /// <summary>Null if nothing is sealed yet.</summary>
    public async Task<AuditCheckpoint?> FindAsync(CancellationToken cancellationToken) =>
        await db.AuditSeals.AsNoTracking().OrderByDescending(seal => seal.Id).FirstOrDefaultAsync(cancellationToken) is { } seal
            ? AuditCheckpoint.Of(seal)
            : null;

    /// <summary>The public key for the head; null if its key is no longer known.</summary>
    public string? FindPublicKey(AuditCheckpoint head) => keys.PublicKeyOf(head.KeyId);
}
