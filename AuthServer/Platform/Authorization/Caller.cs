using System.Globalization;
using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Platform.Authorization;

/// <summary>Names of the claims in our access tokens (RFC 7519, RFC 9068, OpenID Connect Core).</summary>
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
/// Who is signed in, read from a verified access token; or an API key, which is not a person: user and session are then the key's
/// id, and <see cref="Key"/> holds its rights.
/// </summary>
internal sealed record Caller(
    Guid UserId, Guid SessionId, int TokenVersion, DateTimeOffset AuthenticatedAt, bool IsEmailVerified, Guid? TenantId)
{
    /// <summary>Platform roles; none for a key.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Roles in the active tenant; none for a key.</summary>
    public IReadOnlyList<string> TenantRoles { get; init; } = [];

    /// <summary>When the access token expires or, if the key itself was sent, the key.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>
    /// The generation of the refresh token issued with this access token; null in tokens from before the claim existed.
    /// </summary>
    public int? Generation { get; init; }

    /// <summary>The key's rights; null for a person.</summary>
    public ApiKeyGrant? Key { get; init; }

    /// <summary>Whether this is an API key, or an access token issued for one.</summary>
    public bool IsKey => Key is not null;

    public bool HasRole(string role) => Roles.Contains(role, StringComparer.Ordinal);

    public bool HasTenantRole(string role) => TenantRoles.Contains(role, StringComparer.Ordinal);

    /// <summary>Binds a handler's parameter; the route's authorization has already required a caller.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(Of(context.User));

    /// <summary>Null unless the principal comes from a verified token of ours.</summary>
    public static Caller? Of(ClaimsPrincipal principal) => (principal.Identity as CallerIdentity)?.Caller;

    /// <summary>Reads the claims of a verified token; null if one is missing that all of our tokens have.</summary>
    public static Caller? Read(ClaimsIdentity token, DateTimeOffset expiresAt) =>
        token.HasClaim(claim => claim.Type == ClaimNames.Scope)
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

    // A key never counts as confirmed: routes that require this are for people.
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

internal sealed record ApiKeyGrant(IReadOnlyList<string> Scopes, int RequestsPerMinute)
{
    /// <summary>Whether the key itself was sent, rather than an access token issued for it.</summary>
    public bool IsPresented { get; init; }
}

/// <summary>
/// A caller as the framework sees them: by name and roles. It is cached with the token, so the claims are read once, and only those
/// that policies use are kept.
/// </summary>
internal sealed class CallerIdentity(Caller caller, string scheme)
    : CaseSensitiveClaimsIdentity(ClaimsOf(caller), scheme, ClaimNames.Subject, ClaimNames.Role)
{
    public Caller Caller => caller;

    private static IEnumerable<Claim> ClaimsOf(Caller caller) =>
        caller.Roles.Select(role => new Claim(ClaimNames.Role, role)).Prepend(new(ClaimNames.Subject, caller.UserId.ToString()));
}
