using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Authorization;

namespace AuthServer.Platform.Authorization;

/// <summary>That API keys may use a route: those with this scope, or, where there is none, all of them.</summary>
internal sealed record ApiKeyAccess(string? Scope);

/// <summary>Why a key was refused, whatever the route's policies say of people.</summary>
internal sealed class ApiKeyRefusal(IAuthorizationHandler handler, ErrorCode refusal, string? scope = null)
    : AuthorizationFailureReason(handler, refusal.Meaning)
{
    public ErrorCode Refusal => refusal;

    /// <summary>What the key would have needed.</summary>
    public string? Scope => scope;
}

/// <summary>
/// Keeps API keys, and the access tokens they were exchanged for, out of every route that does not say that it is open to
/// them: whoever adds a route and thinks of people alone has added one that keys cannot use.
/// </summary>
internal sealed class ApiKeyAccessHandler : IAuthorizationHandler
{
    // Not for a requirement but for each decision, so that no policy can forget it.
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (Caller.Of(context.User)?.Key is { } key
            && Refuse(key, (context.Resource as HttpContext)?.GetEndpoint()?.Metadata.GetMetadata<ApiKeyAccess>()) is { } refusal)
        {
            context.Fail(refusal);
        }

        return Task.CompletedTask;
    }

    private ApiKeyRefusal? Refuse(ApiKeyGrant key, ApiKeyAccess? access) =>
        access is null ? new(this, ErrorCodes.PersonRequired)
        : access.Scope is { } scope && !key.Scopes.Contains(scope, StringComparer.Ordinal) ? new(this, ErrorCodes.InsufficientScope, scope)
        : null;
}

internal static class ApiKeyAccessExtensions
{
    /// <summary>Lets API keys with this scope use the route, as an administrator of their tenant or of the platform would.</summary>
    public static TBuilder OpenToKeys<TBuilder>(this TBuilder builder, string scope) where TBuilder : IEndpointConventionBuilder =>
        // What changes somebody's account is not open upon everybody's.
        builder.WithMetadata(new ApiKeyAccess(scope)).Refuses(
            scope == Scopes.UsersWrite ? [ErrorCodes.InsufficientScope, ErrorCodes.PersonRequired] : [ErrorCodes.InsufficientScope]);

    /// <summary>Lets every API key use the route.</summary>
    public static TBuilder OpenToEveryKey<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ApiKeyAccess(null));
}
