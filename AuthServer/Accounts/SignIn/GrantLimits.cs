using System.Collections.Concurrent;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.RateLimiting;

namespace AuthServer.Accounts.SignIn;

/// <summary>
/// A refresh at the token endpoint is limited as one at <c>/auth/refresh</c>: an app that repeats an old token must not keep its whole
/// network from signing in, nor may guesses at passwords keep it from refreshing.
/// </summary>
internal static class GrantLimits
{
    private static readonly ConcurrentDictionary<Endpoint, Endpoint> Refreshing = new();

    /// <summary>Before the rate limiter, which cannot wait for a body.</summary>
    public static void UseGrantLimits(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<OAuthErrors>() is not null
            && await TokenEndpoint.IsRefreshAsync(context.Request, context.RequestAborted))
        {
            context.SetEndpoint(Refreshing.GetOrAdd(endpoint, static known => AsRefresh((RouteEndpoint)known)));
        }

        await next(context);
    });

    private static RouteEndpoint AsRefresh(RouteEndpoint endpoint) => new(
        endpoint.RequestDelegate!, endpoint.RoutePattern, endpoint.Order,
        new([.. endpoint.Metadata, new EnableRateLimitingAttribute(RateLimits.Refresh)]), endpoint.DisplayName);
}
