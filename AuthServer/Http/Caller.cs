using System.Globalization;
using System.Security.Claims;

namespace AuthServer.Http;

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
internal sealed record Caller(Guid UserId, Guid SessionId, int TokenVersion, DateTimeOffset AuthenticatedAt, bool IsEmailVerified, Guid? TenantId)
{
    /// <summary>Which of the session's refresh tokens came with this access token; null in one of before there was the claim.</summary>
    public int? Generation { get; init; }

    /// <summary>What the key may do; null for a person.</summary>
    public KeyGrant? Key { get; init; }

    /// <summary>Whether this is an API key, or its access token, and no person.</summary>
    public bool IsKey => Key is not null;

    /// <summary>For a handler's parameter: the route's authorization has made sure that there is one.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(Of(context.User));

    /// <summary>Null unless the principal comes from a token of ours that was verified.</summary>
    public static Caller? Of(ClaimsPrincipal principal) => (principal as CallerPrincipal)?.Caller;

    /// <summary>Reads what a verified token says; null where a claim is missing that all of ours have.</summary>
    public static Caller? Read(ClaimsPrincipal principal) =>
        principal.HasClaim(claim => claim.Type is ClaimNames.ClientId or ClaimNames.Scope) ? ReadKey(principal) : ReadPerson(principal);

    private static Caller? ReadPerson(ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(ClaimNames.Subject), out var userId)
        && Guid.TryParse(principal.FindFirstValue(ClaimNames.SessionId), out var sessionId)
        && int.TryParse(principal.FindFirstValue(ClaimNames.TokenVersion), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && long.TryParse(principal.FindFirstValue(ClaimNames.AuthTime), NumberStyles.None, CultureInfo.InvariantCulture, out var authTime)
            ? new(userId, sessionId, version, DateTimeOffset.FromUnixTimeSeconds(authTime), IsTrue(principal, ClaimNames.EmailVerified), TenantOf(principal)) { Generation = GenerationOf(principal) }
            : null;

    // Never recent and never proven: what asks for that of a person is not for a key.
    private static Caller? ReadKey(ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(ClaimNames.Subject), out var keyId)
        && principal.FindFirstValue(ClaimNames.SessionId) == keyId.ToString() && principal.FindFirstValue(ClaimNames.ClientId) == keyId.ToString()
        && int.TryParse(principal.FindFirstValue(ClaimNames.TokenVersion), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && int.TryParse(principal.FindFirstValue(ClaimNames.RequestsPerMinute), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
        && principal.FindFirstValue(ClaimNames.Scope)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { } scopes
            ? OfKey(keyId, version, TenantOf(principal), new(scopes, limit))
            : null;

    public static Caller OfKey(Guid keyId, int version, Guid? tenantId, KeyGrant grant) =>
        new(keyId, keyId, version, DateTimeOffset.UnixEpoch, IsEmailVerified: false, tenantId) { Key = grant };

    private static bool IsTrue(ClaimsPrincipal principal, string claim) => bool.TryParse(principal.FindFirstValue(claim), out var value) && value;

    private static int? GenerationOf(ClaimsPrincipal principal) =>
        int.TryParse(principal.FindFirstValue(ClaimNames.Generation), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : null;

    private static Guid? TenantOf(ClaimsPrincipal principal) => Guid.TryParse(principal.FindFirstValue(ClaimNames.Tenant), out var id) ? id : null;
}

/// <summary>What an API key may do at this moment.</summary>
/// <param name="Scopes">Names from <see cref="Http.Scopes"/>.</param>
/// <param name="RequestsPerMinute">How often, on each replica, together with its access tokens.</param>
internal sealed record KeyGrant(IReadOnlyList<string> Scopes, int RequestsPerMinute)
{
    /// <summary>Where the key itself was sent; null with an access token that was had for it.</summary>
    public PresentedKey? Presented { get; init; }
}

/// <summary>What is known of a key that was sent itself.</summary>
/// <param name="OwnerId">The administrator who answers for it.</param>
/// <param name="ExpiresAt">When it stops working.</param>
internal sealed record PresentedKey(Guid OwnerId, DateTimeOffset ExpiresAt);

/// <summary>The principal of a verified access token. It is remembered with the token, so the claims are read once.</summary>
internal sealed class CallerPrincipal(ClaimsPrincipal claims, Caller caller) : ClaimsPrincipal(claims)
{
    public Caller Caller => caller;
}
