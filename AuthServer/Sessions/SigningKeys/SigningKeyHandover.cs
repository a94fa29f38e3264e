using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Sessions.SigningKeys;

internal abstract record SigningKeyChangeOutcome
{
    private SigningKeyChangeOutcome()
    {
    }

    public sealed record Changed(string Kid, DateTimeOffset SignsFrom) : SigningKeyChangeOutcome
    {
        /// <summary>The revoked keys.</summary>
        public IReadOnlyList<string> Revoked { get; init; } = [];
    }

    public sealed record Unknown(string Kid) : SigningKeyChangeOutcome;

    /// <summary>Tokens are signed with a shared secret, which only the configuration can change.</summary>
    public sealed record SharedSecret : SigningKeyChangeOutcome;
}

/// <summary>
/// Lets an operator switch to another key early. Tokens signed so far stay valid: for a leaked key there is <see
/// cref="SigningKeyRevocation"/>.
/// </summary>
internal sealed class SigningKeyHandover(AuthDbContext db, KeyWrapping wrapping, TokenSettings settings, TimeProvider clock)
{
    /// <summary>
    /// Announces the next key, unless one is announced already; with <paramref name="atOnce"/>, it signs from now on.
    /// </summary>
    public async Task<SigningKeyChangeOutcome> RotateAsync(bool atOnce, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (settings.Algorithm == SigningAlgorithms.Hs256)
        {
            return new SigningKeyChangeOutcome.SharedSecret();
        }

        await using var transaction = await SigningKeyLock.BeginAsync(db, cancellationToken);
        var keys = await db.SigningKeys.ToListAsync(cancellationToken);
        var next = atOnce ? SignAtOnce(keys, origin) : Announced(keys) ?? Announce(keys, origin);
        await db.SaveChangesAsync(cancellationToken);
        await SigningKeyLock.TellAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SigningKeyChangeOutcome.Changed(next.Id, next.ActivatesAt);
    }

    /// <summary>
    /// Under the lock: switches to the announced key, which other servers have had time to fetch, or to a new one if there is none.
    /// </summary>
    public SigningKey SignAtOnce(IReadOnlyCollection<SigningKey> keys, RequestOrigin origin)
    {
        var now = clock.GetUtcNow();
        foreach (var former in keys.Where(key => key.ActivatesAt <= now && key.RetiresAt > now))
        {
            former.RetireAt(now, settings.KeyRetention);
        }

        if (Announced(keys) is not { } announced)
        {
            return Make(SigningKeyLock.AtOnce(now, keys), origin);
        }

        announced.SignFrom(SigningKeyLock.AtOnce(now, keys), settings.KeyUse, settings.KeyRetention);
        db.Audit(AuditEvents.SigningKeyActivated, now, origin, actor: null, subject: null, reason: announced.Id);
        return announced;
    }

    private SigningKey? Announced(IEnumerable<SigningKey> keys) =>
        keys.Where(key => key.Algorithm == settings.Algorithm && key.ActivatesAt > clock.GetUtcNow()).MinBy(key => key.ActivatesAt);

    private SigningKey Announce(IEnumerable<SigningKey> keys, RequestOrigin origin)
    {
        var at = clock.GetUtcNow() + settings.KeyAnnouncement;
        foreach (var former in keys.Where(key => key.RetiresAt > at))
        {
            former.RetireAt(at, settings.KeyRetention);
        }

        return Make(at, origin);
    }

    private SigningKey Make(DateTimeOffset signsFrom, RequestOrigin origin)
    {
        var now = clock.GetUtcNow();
        var made = SigningCredential.Make(settings.Algorithm, wrapping, now, signsFrom, settings.KeyUse, settings.KeyRetention);
        db.SigningKeys.Add(made);
        db.Audit(AuditEvents.SigningKeyMade, now, origin, actor: null, subject: null, reason: made.Id);
        return made;
    }
}
