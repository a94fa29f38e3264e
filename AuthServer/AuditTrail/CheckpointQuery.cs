using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.AuditTrail;

/// <summary>The end of the chain as it is now, to be kept elsewhere, and the key to check it with.</summary>
internal sealed class CheckpointQuery(AuthDbContext db, SealKeys keys)
{
    /// <summary>Null where nothing is sealed yet.</summary>
    public async Task<AuditCheckpoint?> FindAsync(CancellationToken cancellationToken) =>
        await db.AuditSeals.AsNoTracking().OrderByDescending(seal => seal.Id).FirstOrDefaultAsync(cancellationToken) is { } seal
            ? AuditCheckpoint.Of(seal)
            : null;

    /// <summary>The public key that goes with the head; null where its key is not known any more.</summary>
    public string? FindPublicKey(AuditCheckpoint head) => keys.PublicKeyOf(head.KeyId);
}
