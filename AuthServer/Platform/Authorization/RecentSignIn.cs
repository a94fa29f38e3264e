using System.Globalization;
using AuthServer.Platform.Web;

namespace AuthServer.Platform.Authorization;

/// <summary>
/// The age at which a sign-in is too old for what gives or takes power or cannot be undone: a token that was stolen from somebody who
/// signed in this morning must not make administrators. API keys have no sign-in; their scopes decide.
/// </summary>
internal sealed record RecentSignIn(TimeSpan MaxAge)
{
    public bool IsMetBy(Caller caller, DateTimeOffset now) => caller.IsKey || now - caller.AuthenticatedAt <= MaxAge;

    /// <summary>Tells the app to have the person sign in again (RFC 9470 section 3).</summary>
    public Task RefuseAsync(HttpContext context)
    {
        var refusal = ErrorCodes.InsufficientUserAuthentication;
        context.Response.Headers.WWWAuthenticate = string.Create(
            CultureInfo.InvariantCulture,
            $"Bearer error=\"{refusal.Code}\", error_description=\"{refusal.Meaning}\", max_age=\"{MaxAge.TotalSeconds:F0}\"");
        return new Problem(refusal).ExecuteAsync(context);
    }
}

internal static class RecentSignInExtensions
{
    /// <summary>For routes that give or take power, or cannot be undone.</summary>
    public static TBuilder RequireRecentSignIn<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(Policies.RecentSignIn).Refuses(ErrorCodes.InsufficientUserAuthentication);

    /// <summary>The same, if only some requests do.</summary>
    public static RouteHandlerBuilder RequireRecentSignIn<TRequest>(this RouteHandlerBuilder route, Func<TRequest, bool> isNeeded) =>
        route
            .AddEndpointFilter(async (context, next) =>
                isNeeded(context.Arguments.OfType<TRequest>().Single()) && !IsRecent(context.HttpContext)
                    ? new Refused()
                    : await next(context))
            .Refuses(ErrorCodes.InsufficientUserAuthentication);

    private static bool IsRecent(HttpContext context) =>
        Caller.Of(context.User) is { } caller
        && context.RequestServices.GetRequiredService<RecentSignIn>().IsMetBy(
            caller, context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());

    private sealed class Refused : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) =>
            httpContext.RequestServices.GetRequiredService<RecentSignIn>().RefuseAsync(httpContext);
    }
}
