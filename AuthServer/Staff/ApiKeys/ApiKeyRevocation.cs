using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.ApiKeys;

/// <summary>Revokes a key and its access tokens on every replica.</summary>
internal sealed class ApiKeyRevocation(AuthDbContext db, AccessTokenInvalidation invalidation, TimeProvider clock)
{
    /// <summary>False if there is no such key; revoking it again changes nothing.</summary>
    public async Task<bool> RevokeAsync(string id, StaffCall call)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.ApiKeyAsync(id, cancellationToken) is not { } key)
        {
            return false;
        }

        if (key.RevokedAt is null)
        {
            var now = clock.GetUtcNow();
            key.Revoke(now);
            db.Audit(AuditEvents.ApiKeyRevoked, now, origin, scope.Staff.ActorId, key.Id, scope.Staff.SessionId, tenant: key.TenantId);
            await db.SaveChangesAsync(cancellationToken);
            await invalidation.OutdateKeysAsync([key.Id], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return true;
    }
}
