using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Authorization;

namespace AuthServer.Platform.Authorization;

/// <summary>Allows API keys on a route: those with this scope, or all keys if there is none.</summary>
internal sealed record ApiKeyAccess(string? Scope);

/// <summary>Why a key was refused, independent of the route's policies for people.</summary>
internal sealed class ApiKeyRefusal(IAuthorizationHandler handler, ErrorCode refusal, string? scope = null)
    : AuthorizationFailureReason(handler, refusal.Meaning)
{
    public ErrorCode Refusal => refusal;

    /// <summary>The missing scope.</summary>
    public string? Scope => scope;
}

/// <summary>
/// Refuses API keys, and access tokens issued for them, on every route that is not explicitly open to them: a new route is closed
/// to keys unless its author decides otherwise.
/// </summary>
internal sealed class ApiKeyAccessHandler : IAuthorizationHandler
{
    // Runs for every decision, not for a requirement, so that no policy can omit it.
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
    /// <summary>Allows API keys with this scope, with the rights of an administrator of their tenant or of the platform.</summary>
    public static TBuilder OpenToKeys<TBuilder>(this TBuilder builder, string scope) where TBuilder : IEndpointConventionBuilder =>
        // Routes that change accounts refuse some accounts to keys.
        builder.WithMetadata(new ApiKeyAccess(scope)).Refuses(
            scope == Scopes.UsersWrite ? [ErrorCodes.InsufficientScope, ErrorCodes.PersonRequired] : [ErrorCodes.InsufficientScope]);

    /// <summary>Allows every API key.</summary>
    public static TBuilder OpenToEveryKey<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ApiKeyAccess(null));
}
