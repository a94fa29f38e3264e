using System.Globalization;
using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Platform.Authorization;

/// <summary>Names of the claims in our access tokens (RFC 7519, RFC 9068, OpenID Connect Core), as they stand in the token.</summary>
internal static class ClaimNames
{
    public const string Issuer = "iss";
    public const string Audience = "aud";
    public const string IssuedAt = "iat";
    public const string NotBefore = "nbf";
    public const string Subject = "sub";
    public const string SessionId = "sid";
    public const string Generation = "gen";
    public const string TokenId = "jti";
    public const string TokenVersion = "ver";
    public const string AuthTime = "auth_time";
    public const string AuthMethods = "amr";
    public const string Role = "role";
    public const string Tenant = "tenant";
    public const string TenantRole = "tenant_role";
    public const string EmailVerified = "email_verified";
    public const string Physician = "physician";
    public const string Expires = "exp";
    public const string Scope = "scope";
    public const string ClientId = "client_id";
    public const string RequestsPerMinute = "requests_per_minute";
}

/// <summary>
/// Who is signed in, read from a verified access token; or an API key, which is no person: user and session are then its own id,
/// and <see cref="Key"/> says what it may.
/// </summary>
internal sealed record Caller(
    Guid UserId, Guid SessionId, int TokenVersion, DateTimeOffset AuthenticatedAt, bool IsEmailVerified, Guid? TenantId)
{
    /// <summary>What the person is everywhere; none for a key.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>What the person is in the active tenant; none for a key.</summary>
    public IReadOnlyList<string> TenantRoles { get; init; } = [];

    /// <summary>When the token expires, or the key that was sent itself.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Which of the session's refresh tokens came with this access token; null in one of before there was the claim.</summary>
    public int? Generation { get; init; }

    /// <summary>What the key may do; null for a person.</summary>
    public ApiKeyGrant? Key { get; init; }

    /// <summary>Whether this is an API key, or its access token, and no person.</summary>
    public bool IsKey => Key is not null;

    public bool HasRole(string role) => Roles.Contains(role, StringComparer.Ordinal);

    public bool HasTenantRole(string role) => TenantRoles.Contains(role, StringComparer.Ordinal);

    /// <summary>For a handler's parameter: the route's authorization has made sure that there is one.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(Of(context.User));

    /// <summary>Null unless the principal comes from a token of ours that was verified.</summary>
    public static Caller? Of(ClaimsPrincipal principal) => (principal.Identity as CallerIdentity)?.Caller;

    /// <summary>Reads what a verified token says; null where a claim is missing that all of ours have.</summary>
    public static Caller? Read(ClaimsIdentity token, DateTimeOffset expiresAt) =>
        token.HasClaim(claim => claim.Type is ClaimNames.ClientId or ClaimNames.Scope)
            ? ReadKey(token, expiresAt)
            : ReadPerson(token, expiresAt);

    private static Caller? ReadPerson(ClaimsIdentity token, DateTimeOffset expiresAt) =>
        IdOf(token, ClaimNames.Subject) is { } userId
        && IdOf(token, ClaimNames.SessionId) is { } sessionId
        && NumberOf(token, ClaimNames.TokenVersion) is { } version
        && long.TryParse(TextOf(token, ClaimNames.AuthTime), NumberStyles.None, CultureInfo.InvariantCulture, out var authTime)
            ? new(
                userId, sessionId, version, DateTimeOffset.FromUnixTimeSeconds(authTime), IsTrue(token, ClaimNames.EmailVerified),
                IdOf(token, ClaimNames.Tenant))
            {
                Roles = AllOf(token, ClaimNames.Role),
                TenantRoles = AllOf(token, ClaimNames.TenantRole),
                ExpiresAt = expiresAt,
                Generation = NumberOf(token, ClaimNames.Generation),
            }
            : null;

    // Never recent and never proven: what asks for that of a person is not for a key.
    private static Caller? ReadKey(ClaimsIdentity token, DateTimeOffset expiresAt) =>
        IdOf(token, ClaimNames.Subject) is { } keyId
        && TextOf(token, ClaimNames.SessionId) == keyId.ToString()
        && TextOf(token, ClaimNames.ClientId) == keyId.ToString()
        && NumberOf(token, ClaimNames.TokenVersion) is { } version
        && NumberOf(token, ClaimNames.RequestsPerMinute) is { } limit
        && TextOf(token, ClaimNames.Scope)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { } scopes
            ? OfKey(keyId, version, IdOf(token, ClaimNames.Tenant), expiresAt, new(scopes, limit))
            : null;

    public static Caller OfKey(Guid keyId, int version, Guid? tenantId, DateTimeOffset expiresAt, ApiKeyGrant grant) =>
        new(keyId, keyId, version, DateTimeOffset.UnixEpoch, IsEmailVerified: false, tenantId) { ExpiresAt = expiresAt, Key = grant };

    private static string? TextOf(ClaimsIdentity token, string claim) => token.FindFirst(claim)?.Value;

    private static string[] AllOf(ClaimsIdentity token, string claim) => [.. token.FindAll(claim).Select(found => found.Value)];

    private static bool IsTrue(ClaimsIdentity token, string claim) => bool.TryParse(TextOf(token, claim), out var value) && value;

    private static int? NumberOf(ClaimsIdentity token, string claim) =>
        int.TryParse(TextOf(token, claim), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Guid? IdOf(ClaimsIdentity token, string claim) => Guid.TryParse(TextOf(token, claim), out var id) ? id : null;
}

/// <summary>What an API key may do at this moment.</summary>
/// <param name="Scopes">Names from <see cref="Platform.Authorization.Scopes"/>.</param>
/// <param name="RequestsPerMinute">How often, on each replica, together with its access tokens.</param>
internal sealed record ApiKeyGrant(IReadOnlyList<string> Scopes, int RequestsPerMinute)
{
    /// <summary>Whether the key itself was sent, and not an access token that it was exchanged for.</summary>
    public bool IsPresented { get; init; }
}

/// <summary>
/// A caller as the framework knows them: by name and roles. It is remembered with the token, so the claims are read once, and only
/// those are kept that policies look at.
/// </summary>
internal sealed class CallerIdentity(Caller caller, string scheme)
    : CaseSensitiveClaimsIdentity(ClaimsOf(caller), scheme, ClaimNames.Subject, ClaimNames.Role)
{
    public Caller Caller => caller;

    private static IEnumerable<Claim> ClaimsOf(Caller caller) =>
        caller.Roles.Select(role => new Claim(ClaimNames.Role, role)).Prepend(new(ClaimNames.Subject, caller.UserId.ToString()));
}
