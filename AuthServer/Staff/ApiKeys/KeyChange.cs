using System.Globalization;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.ApiKeys;

/// <summary>What became of changing a key.</summary>
internal abstract record KeyChangeOutcome
{
    private KeyChangeOutcome()
    {
    }

    public sealed record Changed(ApiKeyRecord Key) : KeyChangeOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : KeyChangeOutcome;

    public sealed record Refused(ErrorCode Reason) : KeyChangeOutcome;
}

/// <summary>Changes a key. It never gets more scopes or more time than it was made with; what it loses, its access tokens lose at once.</summary>
internal sealed class KeyChange(AuthDbContext db, AccessTokenInvalidation invalidation, TimeProvider clock)
{
    public async Task<KeyChangeOutcome> ChangeAsync(string id, ChangeApiKeyRequest request, StaffCall call)
    {
        var (reach, origin, cancellationToken) = call;
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var isInOffice = await reach.HoldOfficeAsync(cancellationToken);
        if (await reach.HoldKeyAsync(id, cancellationToken) is not { } key)
        {
            return new KeyChangeOutcome.Refused(ErrorCodes.NotFound);
        }

        if ((isInOffice ? await RefusalAsync(key, request, reach, now, cancellationToken) : ErrorCodes.Forbidden) is { } refusal)
        {
            return new KeyChangeOutcome.Refused(refusal);
        }

        if (Faults(key, request, now) is { Any: true } errors)
        {
            return new KeyChangeOutcome.Invalid(errors.Messages);
        }

        if (Apply(key, request) is { Count: > 0 } changes)
        {
            var detail = string.Join("; ", changes);
            var (actor, session) = (reach.Staff.ActorId, reach.Staff.SessionId);
            db.Audit(AuditEvents.ApiKeyChanged, now, origin, actor, key.Id, session, tenant: key.TenantId, detail: detail);
            await db.SaveChangesAsync(cancellationToken);
            await invalidation.OutdateKeysAsync([key.Id], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return new KeyChangeOutcome.Changed(await reach.ShowAsync(key, now, cancellationToken));
    }

    private static async Task<ErrorCode?> RefusalAsync(ApiKey key, ChangeApiKeyRequest request, Reach reach, DateTimeOffset now, CancellationToken cancellationToken) =>
        !key.IsLiveAt(now) ? ErrorCodes.AlreadyDone
        : request.Name?.Trim() is { } name && name != key.Name && await reach.HoldKeyNameAsync(key.TenantId, name, now, cancellationToken) >= KeyCreation.MostLive ? ErrorCodes.TooManyKeys
        : null;

    private static FieldErrors Faults(ApiKey key, ChangeApiKeyRequest request, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        if (request.Scopes?.Except(key.Scopes, StringComparer.Ordinal).Any() == true)
        {
            errors.Add("scopes", "A key never gets more scopes: make another one.");
        }

        if (request.ExpiresAt <= now || request.ExpiresAt > key.ExpiresAt)
        {
            errors.Add("expires_at", "In the future, and not later than now set. To end it now, delete it.");
        }

        return errors;
    }

    private static List<string> Apply(ApiKey key, ChangeApiKeyRequest request)
    {
        var changes = new List<string>();
        if (request.Name?.Trim() is { } name && name != key.Name)
        {
            changes.Add("renamed");
            key.Name = name;
        }

        if (request.Scopes is { } scopes && ApiKeyRules.Ordered(scopes) is var kept && kept.Length < key.Scopes.Length)
        {
            changes.Add($"scopes: {string.Join(' ', key.Scopes)} -> {string.Join(' ', kept)}");
            key.Scopes = kept;
        }

        if (request.ExpiresAt is { } expiresAt && KeyCreation.Stored(expiresAt) is var end && end < key.ExpiresAt)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"until {end:u}"));
            key.ExpiresAt = end;
        }

        if (request.RequestsPerMinute is { } limit && limit != key.RequestsPerMinute)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"{key.RequestsPerMinute} -> {limit} requests per minute"));
            key.RequestsPerMinute = limit;
        }

        return changes;
    }
}
