using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>
/// Rotates the signing keys: creates the first one, announces the next in time, deletes those whose tokens have all expired, and
/// re-wraps private keys that were wrapped under the previous root secret. Runs on one replica at a time.
/// </summary>
internal sealed class SigningKeyRotationJob(
    IServiceScopeFactory scopes, KeyRing ring, KeyWrapping wrapping, TokenSettings settings, TimeProvider clock,
    ILogger<SigningKeyRotationJob> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly RequestOrigin Background = new(null, null, "signing-key-rotation");

    /// <summary>
    /// Loads the keys before the first request is accepted, and rotates them if that is due. If the database is unavailable, the
    /// server starts unready.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(RotateIfDueAsync, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Brings the keys in the database and in memory up to date.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        if (settings.Algorithm != SigningAlgorithms.Hs256)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
            await using var transaction = await SigningKeyLock.BeginAsync(db, cancellationToken);
            var hasChanged = await AdvanceAsync(db, cancellationToken);
            await ProtectionKeys.RewrapAsync(db, wrapping, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            if (hasChanged)
            {
                await SigningKeyLock.TellAsync(db, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        await ring.ReloadAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(ring.IsLoaded ? Interval : RetryAfter, clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryAsync(RotateAsync, stoppingToken);
        }
    }

    private async Task<bool> AdvanceAsync(AuthDbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var keys = await db.SigningKeys.ToListAsync(cancellationToken);
        db.SigningKeys.RemoveRange(keys.Where(key => key.ExpiresAt <= now));
        foreach (var key in keys.Where(key => key.ExpiresAt > now && !wrapping.IsCurrent(key.WrappedPrivateKey)))
        {
            key.WrappedPrivateKey = wrapping.Wrap(wrapping.Unwrap(key.WrappedPrivateKey, key.Id), key.Id);
        }

        var last = LastOf(keys, now);
        if (IsNextDue(last, now))
        {
            var made =
                SigningCredential.Make(
                    settings.Algorithm, wrapping, now, last?.RetiresAt ?? SigningKeyLock.AtOnce(now, keys), settings.KeyUse,
                    settings.KeyRetention);
            db.SigningKeys.Add(made);
            db.Audit(AuditEvents.SigningKeyMade, now, Background, actor: null, subject: null, reason: made.Id);
        }

        return await db.SaveChangesAsync(cancellationToken) > 0;
    }

    private async Task RotateIfDueAsync(CancellationToken cancellationToken)
    {
        if (!ring.IsLoaded)
        {
            await ring.ReloadAsync(cancellationToken);
        }

        if (settings.Algorithm != SigningAlgorithms.Hs256 && IsDue([.. ring.Stored]))
        {
            await RotateAsync(cancellationToken);
        }
    }

    private bool IsDue(IReadOnlyCollection<SigningKey> keys)
    {
        var now = clock.GetUtcNow();
        return IsNextDue(LastOf(keys, now), now) || keys.Any(key => key.ExpiresAt <= now || !wrapping.IsCurrent(key.WrappedPrivateKey));
    }

    private SigningKey? LastOf(IEnumerable<SigningKey> keys, DateTimeOffset now) =>
        keys.Where(key => key.Algorithm == settings.Algorithm && key.RetiresAt > now).MaxBy(key => key.ActivatesAt);

    private bool IsNextDue(SigningKey? last, DateTimeOffset now) => last is null || last.RetiresAt - settings.KeyAnnouncement <= now;

    private async Task TryAsync(Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        try
        {
            await act(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.RotationFailed(logger, exception);
        }
    }
}
