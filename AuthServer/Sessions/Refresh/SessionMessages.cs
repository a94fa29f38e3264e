using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;

namespace AuthServer.Sessions.Refresh;

/// <summary>Requests the next pair of tokens.</summary>
/// <param name="RefreshToken">The refresh token of the last response.</param>
public sealed record RefreshRequest(Secret? RefreshToken = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors) => errors.Required("refresh_token", RefreshToken);
}

/// <summary>Requests tokens for another tenant.</summary>
public sealed record SwitchTenantRequest : IValidated
{
    /// <summary>Slug of one of the person's own tenants; null for none.</summary>
    public Optional<string?> Tenant { get; init; }

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Rule("tenant", new() { MaxLength = 63, MayBeNull = true });
        errors.Text("tenant", Tenant.Value, maxLength: 63);
        if (!Tenant.IsGiven)
        {
            errors.Add("tenant", "Required: the slug, or null for no tenant.");
        }
    }
}

/// <summary>Ends a session.</summary>
/// <param name="RefreshToken">Any refresh token of the session; without one, the session of the bearer token is ended.</param>
public sealed record LogoutRequest(Secret? RefreshToken = null);

/// <summary>Ends sessions of the signed-in person.</summary>
/// <param name="Scope"><c>all</c>, the default, or <c>others</c>: all but the session of the request.</param>
public sealed record LogoutAllRequest(string? Scope = null) : IValidated
{
    private const string Others = "others";

    internal bool KeepsCurrent => Others.Equals(Scope, StringComparison.OrdinalIgnoreCase);

    void IValidated.Validate(FieldErrors errors) => errors.OneOf("scope", Scope, "all", Others);
}

/// <summary>The contents of a valid access token.</summary>
/// <param name="Valid">Always true: an invalid token is answered with 401.</param>
/// <param name="Sub">The person.</param>
/// <param name="Sid">The session.</param>
/// <param name="Roles">The person's platform roles.</param>
/// <param name="Tenant">The active tenant.</param>
/// <param name="Exp">When the token expires, in seconds since 1970 (UTC).</param>
/// <param name="Scope">The scopes of an API key, whose id is then <c>sub</c> and <c>sid</c>; null for a person.</param>
public sealed record VerifyResponse(bool Valid, Guid Sub, Guid Sid, IReadOnlyList<string> Roles, Guid? Tenant, long Exp, string? Scope)
{
    internal static VerifyResponse Of(Caller caller) => new(
        true, caller.UserId, caller.SessionId, caller.Roles, caller.TenantId, caller.ExpiresAt.ToUnixTimeSeconds(),
        caller.Key is { } key ? string.Join(' ', key.Scopes) : null);
}

/// <summary>One of a person's devices.</summary>
/// <param name="Id">The <c>sid</c> of its access tokens.</param>
/// <param name="DeviceName">The name the app gave the device.</param>
/// <param name="Ip">The address of the last sign-in or refresh.</param>
/// <param name="UserAgent">The user agent at sign-in.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="LastUsedAt">When it was last refreshed.</param>
/// <param name="ExpiresAt">When it ends, regardless of use.</param>
/// <param name="Current">Whether this is the session of the request.</param>
public sealed record SessionView(
    Guid Id, string? DeviceName, string? Ip, string? UserAgent, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt,
    DateTimeOffset ExpiresAt, bool Current)
{
    internal static SessionView Of(Session session, Caller caller) => new(
        session.Id, session.DeviceName, session.IpAddress?.ToString(), session.UserAgent, session.CreatedAt, session.LastUsedAt,
        session.ExpiresAt, session.Id == caller.SessionId);
}
