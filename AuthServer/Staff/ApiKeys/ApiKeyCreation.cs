using System.Globalization;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.ApiKeys;

internal abstract record ApiKeyCreationOutcome
{
    private ApiKeyCreationOutcome()
    {
    }

    public sealed record Made(MadeApiKey Key) : ApiKeyCreationOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : ApiKeyCreationOutcome;

    public sealed record Refused(ErrorCode Reason) : ApiKeyCreationOutcome;
}

/// <summary>Creates a key. Its owner is notified by mail if somebody else created it.</summary>
internal sealed class ApiKeyCreation(AuthDbContext db, TimeProvider clock)
{
    /// <summary>Two, so that a service can be given a new key while the old one still works.</summary>
    public const int MostLive = 2;

    public Task<ApiKeyCreationOutcome> CreateAsync(CreateApiKeyRequest request, StaffCall call) =>
        CreateAsync(call.Scope.Staff.UserId, request, call);

    /// <summary>The operator owns nothing, and names an administrator who answers for the key.</summary>
    public async Task<ApiKeyCreationOutcome> CreateForAsync(Guid owner, CreateApiKeyRequest request, StaffCall call)
    {
        var privileges = await call.Scope.PrivilegesOfAsync(owner, call.CancellationToken);
        var isAtTenant = await call.Scope.Memberships.AnyAsync(
            held => held.UserId == owner && held.Role == Role.Admin
                && call.Scope.Tenants.Any(tenant => tenant.Id == held.TenantId && tenant.Slug == request.Tenant), call.CancellationToken);
        return privileges.IsPlatformAdmin || isAtTenant
            ? await CreateAsync(owner, request, call)
            : new ApiKeyCreationOutcome.Refused(ErrorCodes.Forbidden);
    }

    private async Task<ApiKeyCreationOutcome> CreateAsync(Guid ownerId, CreateApiKeyRequest request, StaffCall call)
    {
        var (scope, origin, cancellationToken) = call;
        var now = Stored(clock.GetUtcNow());
        if (Faults(request, now) is { Any: true } errors)
        {
            return new ApiKeyCreationOutcome.Invalid(errors.Messages);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await scope.Locks.ConfirmTenantAdminAsync(cancellationToken)
            || await scope.FindUserAsync(ownerId.ToString(), cancellationToken) is not { } owner)
        {
            return new ApiKeyCreationOutcome.Refused(ErrorCodes.Forbidden);
        }

        var tenant =
            await scope.Tenants.AsNoTracking().SingleOrDefaultAsync(
                found => request.Tenant == null ? found.Id == scope.Staff.TenantId : found.Slug == request.Tenant, cancellationToken);
        if (request.Tenant is not null && tenant is null)
        {
            return NoTenant(scope);
        }

        var name = request.Name!.Trim();
        if (await scope.Locks.ApiKeyNameAsync(tenant?.Id, name, now, cancellationToken) >= MostLive)
        {
            return new ApiKeyCreationOutcome.Refused(ErrorCodes.TooManyKeys);
        }

        var (key, text) = Add(request, owner, tenant, origin, scope, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ApiKeyCreationOutcome.Made(new(ApiKeyRecord.Of(key, tenant?.Slug, now), text));
    }

    // A tenant's administrator gets the same answer for another tenant as for one that does not exist.
    private static ApiKeyCreationOutcome NoTenant(StaffScope scope) => scope.Staff.TenantId is null
        ? new ApiKeyCreationOutcome.Invalid(
            new Dictionary<string, string[]>(StringComparer.Ordinal) { ["tenant"] = ["There is no such tenant."] })
        : new ApiKeyCreationOutcome.Refused(ErrorCodes.NotFound);

    private (ApiKey Key, string Text) Add(
        CreateApiKeyRequest request, User owner, Tenant? tenant, RequestOrigin origin, StaffScope scope, DateTimeOffset now)
    {
        var expiresAt = Stored(request.ExpiresAt ?? now + ApiKeyRules.UsualLife);
        var key = new ApiKey(request.Name!.Trim(), owner.Id, tenant?.Id, ApiKeyRules.Ordered(request.Scopes!), expiresAt, now);
        key.RequestsPerMinute = request.RequestsPerMinute ?? key.RequestsPerMinute;
        (var text, key.SecretHash) = ApiKeyText.Make(key.Id);
        db.Add(key);
        // Key names are not recorded, here or elsewhere: a name may contain the owner's, and would outlive their erasure.
        db.Audit(AuditEvents.ApiKeyMade, now, origin, scope.Staff.ActorId, key.Id, scope.Staff.SessionId, tenant: tenant?.Id,
            detail: string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', key.Scopes)} until {expiresAt:u}"));
        db.EnqueueApiKeyMade(owner, key, origin, now);
        return (key, text);
    }

    private static FieldErrors Faults(CreateApiKeyRequest request, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        if (request.ExpiresAt <= now || request.ExpiresAt > now + ApiKeyRules.LongestLife)
        {
            errors.Add("expires_at", "In the future, and at most 365 days from now.");
        }

        return errors;
    }

    // Rounded to what the database stores, so that later answers are the same.
    internal static DateTimeOffset Stored(DateTimeOffset time) =>
        time.ToUniversalTime().AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
