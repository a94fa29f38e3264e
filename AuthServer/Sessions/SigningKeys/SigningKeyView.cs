using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>A signing key as operators see it; nothing in it is secret.</summary>
/// <param name="Kid">Its id in token headers and in the JWKS.</param>
/// <param name="Algorithm"><c>ES256</c> or <c>RS256</c>.</param>
/// <param name="State"><c>announced</c>, <c>signing</c> or <c>retired</c>.</param>
/// <param name="CreatedAt">When it was created and announced.</param>
/// <param name="ActivatesAt">When it starts to sign.</param>
/// <param name="RetiresAt">When it stops signing.</param>
/// <param name="ExpiresAt">When it leaves the JWKS.</param>
internal sealed record SigningKeyView(
    string Kid, string Algorithm, string State, DateTimeOffset CreatedAt, DateTimeOffset ActivatesAt, DateTimeOffset RetiresAt,
    DateTimeOffset ExpiresAt);

/// <summary>Lists the signing keys, newest first.</summary>
internal sealed class SigningKeyList(AuthDbContext db, TokenSettings settings, TimeProvider clock)
{
    public async Task<IReadOnlyList<SigningKeyView>> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var keys =
            await db.SigningKeys
                .AsNoTracking()
                .Where(key => key.ExpiresAt > now)
                .OrderByDescending(key => key.ActivatesAt)
                .ToListAsync(cancellationToken);
        var signing = keys.Find(key => key.Algorithm == settings.Algorithm && key.ActivatesAt <= now);
        return [.. keys.Select(
            key =>
                new SigningKeyView(
                    key.Id, key.Algorithm, StateOf(key, signing, now), key.CreatedAt, key.ActivatesAt, key.RetiresAt, key.ExpiresAt))];
    }

    private static string StateOf(SigningKey key, SigningKey? signing, DateTimeOffset now) =>
        key == signing ? "signing" : key.ActivatesAt > now ? "announced" : "retired";
}
