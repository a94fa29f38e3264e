using AuthServer.Sessions.AccessTokens;
using AuthServer.Sessions.Refresh;

namespace AuthServer.Sessions;

/// <summary>
/// Tokens and sessions: signing keys, access tokens, refresh, revocation, and the authentication scheme of API keys.
/// </summary>
internal static class SessionsWing
{
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        builder.AddTokens();
        builder.AddRefresh();
    }

    /// <param name="site">Where discovery and keys are published.</param>
    /// <param name="api">Where the routes of sessions are.</param>
    public static void MapSessions(this IEndpointRouteBuilder site, IEndpointRouteBuilder api)
    {
        site.MapTokens();
        api.MapRefresh();
    }
}
