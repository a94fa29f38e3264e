using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Erasure;

/// <summary>Ends every way into an account there is at this moment: sessions, their tokens, and the API keys the person answers for.</summary>
internal sealed class AccessEnd(AuthDbContext db, SessionRevoker revoker, OwnedKeys keys, TokenOutdating outdating)
{
    /// <summary>In the open transaction; the answer is for <see cref="RevocationFeed.Refuse"/>, once it is committed.</summary>
    public async Task<IReadOnlyList<Guid>> EndAsync(Guid userId, RevocationReason reason, Client client, Guid? by, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var sessions = await revoker.EndAllAsync(userId, kept: null, reason, client, connection, cancellationToken, by);
        var ended = await keys.RevokeAsync(userId, client, connection, cancellationToken, by);
        // Also refuses what a session that expired a moment ago has left behind, and tells LateEvents who is gone.
        await outdating.OutdateAsync([userId], cancellationToken);
        return [.. sessions, .. ended];
    }
}
