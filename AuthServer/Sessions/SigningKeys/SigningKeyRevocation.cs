using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>
/// Revokes leaked keys. The row is deleted, so that no clock matters: once a replica is notified, it refuses everything the key
/// signed or will sign. Sessions continue, because refresh tokens use another key: the next refresh returns a valid access token.
/// </summary>
internal sealed class SigningKeyRevocation(AuthDbContext db, SigningKeyHandover succession, TokenSettings settings, TimeProvider clock)
{
    /// <summary>Revokes these keys, or all if the list is empty, and makes sure that there is a key to sign with.</summary>
    public async Task<SigningKeyChangeOutcome> RevokeAsync(
        IReadOnlyCollection<string> kids, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (settings.Algorithm == SigningAlgorithms.Hs256)
        {
            return new SigningKeyChangeOutcome.SharedSecret();
        }

        await using var transaction = await SigningKeyLock.BeginAsync(db, cancellationToken);
        var keys = await db.SigningKeys.ToListAsync(cancellationToken);
        if (kids.FirstOrDefault(kid => !keys.Exists(key => key.Id == kid)) is { } unknown)
        {
            return new SigningKeyChangeOutcome.Unknown(unknown);
        }

        var now = clock.GetUtcNow();
        var leaked = keys.Where(key => kids.Count == 0 || kids.Contains(key.Id, StringComparer.Ordinal)).ToList();
        db.SigningKeys.RemoveRange(leaked);
        foreach (var key in leaked)
        {
            db.Audit(AuditEvents.SigningKeyRevoked, now, origin, actor: null, subject: null, reason: key.Id);
        }

        var left = keys.Except(leaked).ToList();
        var signing =
            left.Where(key => key.Algorithm == settings.Algorithm && key.ActivatesAt <= now && key.RetiresAt > now)
                .MaxBy(key => key.ActivatesAt) ?? succession.SignAtOnce(left, origin);
        await db.SaveChangesAsync(cancellationToken);
        await SigningKeyLock.TellAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SigningKeyChangeOutcome.Changed(signing.Id, signing.ActivatesAt) { Revoked = [.. leaked.Select(key => key.Id)] };
    }
}
