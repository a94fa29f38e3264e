using System.Globalization;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.ApiKeys;

internal abstract record ApiKeyChangeOutcome
{
    private ApiKeyChangeOutcome()
    {
    }

    public sealed record Changed(ApiKeyRecord Key) : ApiKeyChangeOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : ApiKeyChangeOutcome;

    public sealed record Refused(ErrorCode Reason) : ApiKeyChangeOutcome;
}

/// <summary>
/// Changes a key. A key never gets more scopes or a later expiry than it was created with; scopes it loses are removed from its
/// access tokens at once.
/// </summary>
internal sealed class ApiKeyChange(AuthDbContext db, AccessTokenInvalidation invalidation, TimeProvider clock)
{
    public async Task<ApiKeyChangeOutcome> ChangeAsync(string id, ChangeApiKeyRequest request, StaffCall call)
    {
        var (scope, origin, cancellationToken) = call;
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var isInOffice = await scope.Locks.ConfirmTenantAdminAsync(cancellationToken);
        if (await scope.Locks.ApiKeyAsync(id, cancellationToken) is not { } key)
        {
            return new ApiKeyChangeOutcome.Refused(ErrorCodes.NotFound);
        }

        if ((isInOffice ? await RefusalAsync(key, request, scope, now, cancellationToken) : ErrorCodes.Forbidden) is { } refusal)
        {
            return new ApiKeyChangeOutcome.Refused(refusal);
        }

        if (Faults(key, request, now) is { Any: true } errors)
        {
            return new ApiKeyChangeOutcome.Invalid(errors.Messages);
        }

        if (Apply(key, request) is { Count: > 0 } changes)
        {
            var detail = string.Join("; ", changes);
            var (actor, session) = (scope.Staff.ActorId, scope.Staff.SessionId);
            db.Audit(AuditEvents.ApiKeyChanged, now, origin, actor, key.Id, session, tenant: key.TenantId, detail: detail);
            await db.SaveChangesAsync(cancellationToken);
            await invalidation.OutdateKeysAsync([key.Id], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return new ApiKeyChangeOutcome.Changed(await scope.ShowAsync(key, now, cancellationToken));
    }

    private static async Task<ErrorCode?> RefusalAsync(
        ApiKey key, ChangeApiKeyRequest request, StaffScope scope, DateTimeOffset now, CancellationToken cancellationToken) =>
        !key.IsLiveAt(now) ? ErrorCodes.AlreadyDone
        : request.Name?.Trim() is { } name
            && name != key.Name
            && await scope.Locks.ApiKeyNameAsync(key.TenantId, name, now, cancellationToken) >= ApiKeyCreation.MostLive
                ? ErrorCodes.TooManyKeys
        : null;

    private static FieldErrors Faults(ApiKey key, ChangeApiKeyRequest request, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        if (request.Scopes?.Except(key.Scopes, StringComparer.Ordinal).Any() == true)
        {
            errors.Add("scopes", "Scopes cannot be added to a key: create another one.");
        }

        if (request.ExpiresAt <= now || request.ExpiresAt > key.ExpiresAt)
        {
            errors.Add("expires_at", "In the future, and not later than the current expiry. To end the key now, delete it.");
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

        if (request.ExpiresAt is { } expiresAt && ApiKeyCreation.Stored(expiresAt) is var end && end < key.ExpiresAt)
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
