using AuthServer.AuditTrail;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.AccessTokens;

namespace AuthServer.Staff.ApiKeys;

/// <summary>
/// Issues an access token for a key, so that other servers need not see the key and can verify tokens themselves.
/// </summary>
internal sealed class ApiKeyTokenExchange(AuthDbContext db, AccessTokenIssuer issuer, TimeProvider clock)
{
    /// <summary>Null if the key lacks one of the scopes.</summary>
    public async Task<ApiKeyTokenResponse?> ExchangeAsync(
        Caller caller, IReadOnlyList<string?>? scopes, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var key = caller.Key!;
        if (scopes?.Except(key.Scopes, StringComparer.Ordinal).Any() == true)
        {
            return null;
        }

        issuer.EnsureReady();
        var granted = scopes is null ? key.Scopes : ApiKeyRules.Ordered(scopes);
        var (token, expiresIn) = issuer.IssueForKey(caller, granted);
        var scope = string.Join(' ', granted);
        db.Audit(
            AuditEvents.ApiKeyTokenIssued, clock.GetUtcNow(), origin, caller.UserId, caller.UserId, caller.SessionId,
            tenant: caller.TenantId, detail: scope);
        await db.SaveChangesAsync(cancellationToken);
        return new(token, "Bearer", expiresIn, scope);
    }
}
