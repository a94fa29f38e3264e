using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;

namespace AuthServer.Compliance.Erasure;

/// <summary>
/// Ends every current way into an account: sessions, their tokens, and the API keys the person is responsible for.
/// </summary>
internal sealed class AccessTermination(
    AuthDbContext db, SessionRevoker revoker, OwnedApiKeyRevocation keys, AccessTokenInvalidation invalidation)
{
    /// <summary>
    /// For a disabled account: ends the sessions and pauses the keys, in the open transaction. Pass the result to <see
    /// cref="RevocationFeed.Refuse"/> after the commit.
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

    /// <summary>
    /// For an account that is enabled again: ends the paused keys, in the open transaction. Returns how many there were.
    /// </summary>
    public Task<int> EndKeysAsync(Guid userId, RequestOrigin origin, Guid? by, CancellationToken cancellationToken) =>
        keys.RevokeAsync(userId, origin, db.Connection(), cancellationToken, by, OwnedApiKeyRevocation.OwnerWasDisabled);

    /// <summary>
    /// Permanently, in the open transaction. Pass the result to <see cref="RevocationFeed.Refuse"/> after the commit.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> EndAsync(
        Guid userId, RevocationReason reason, RequestOrigin origin, Guid? by, CancellationToken cancellationToken)
    {
        var connection = db.Connection();
        var ended = await revoker.EndAllAsync(userId, kept: null, reason, origin, connection, cancellationToken, by);
        // This also refuses tokens of API keys, and tokens left over from sessions that have just expired.
        await invalidation.InvalidateAsync([userId], cancellationToken);
        await keys.RevokeAsync(userId, origin, connection, cancellationToken, by);
        return ended;
    }
}
