using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Ends every way into an account there is at this moment: sessions, their tokens, and the API keys the person answers for.
/// </summary>
internal sealed class AccessTermination(
    AuthDbContext db, SessionRevoker revoker, OwnedApiKeyRevocation keys, AccessTokenInvalidation invalidation)
{
    /// <summary>
    /// For as long as the account is switched off: sessions end, keys rest. In the open transaction; the answer is for
    /// <see cref="RevocationFeed.Refuse"/>, once it is committed.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> PauseAsync(
        Guid userId, RevocationReason reason, RequestOrigin origin, Guid? by, CancellationToken cancellationToken)
    {
        var ended =
            await revoker.EndAllAsync(
                userId, kept: null, reason, origin, db.Connection(), cancellationToken, by);
        await invalidation.InvalidateApiKeysOfAsync([userId], cancellationToken);
        return ended;
    }

    /// <summary>For good. In the open transaction; the answer is for <see cref="RevocationFeed.Refuse"/>, once it is committed.</summary>
    public async Task<IReadOnlyList<Guid>> EndAsync(
        Guid userId, RevocationReason reason, RequestOrigin origin, Guid? by, CancellationToken cancellationToken)
    {
        var connection = db.Connection();
        var ended = await revoker.EndAllAsync(userId, kept: null, reason, origin, connection, cancellationToken, by);
        // Also refuses the keys' tokens, and those that a session which expired a moment ago has left behind.
        await invalidation.InvalidateAsync([userId], cancellationToken);
        await keys.RevokeAsync(userId, origin, connection, cancellationToken, by);
        return ended;
    }
}
