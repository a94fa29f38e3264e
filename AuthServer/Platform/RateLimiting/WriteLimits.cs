using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;

namespace AuthServer.Platform.RateLimiting;

/// <summary>
/// Limits what one signed-in person may write, over all routes together: audit events cannot be deleted, so that a stolen token could
/// fill the disk. API keys have limits of their own (<see cref="ApiKeyLimits"/>). Each replica counts separately.
/// </summary>
internal static class WriteLimits
{
    public static void UseWriteLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimitSettings>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var minutes = new FixedWindows<Guid>(TimeSpan.FromMinutes(1), clock);
        var hours = new FixedWindows<Guid>(TimeSpan.FromHours(1), clock);
        app.Use((context, next) =>
            context.GetEndpoint() is { } route
                && Writes(context.Request.Method, route.Metadata)
                && Caller.Of(context.User) is { IsKey: false, UserId: var person }
                && (Over(minutes.Add(person), limits.WritesOfOneAccountPerMinute)
                    ?? Over(hours.Add(person), limits.WritesOfOneAccountPerHour)) is { } wait
                ? new Problem(ErrorCodes.RateLimited, retryAfter: wait).ExecuteAsync(context)
                : next(context));
    }

    /// <summary>Exempts a route that writes nothing although it is not a GET, or that ends access and must never be refused.</summary>
    public static RouteHandlerBuilder IsNoWrite(this RouteHandlerBuilder route) => route.WithMetadata(new WritesNothingMark());

    /// <summary>Counts the calls of a route that writes although it is a GET.</summary>
    public static RouteHandlerBuilder IsWrite(this RouteHandlerBuilder route) => route.WithMetadata(new WritesMark());

    /// <summary>Whether calls of this route count.</summary>
    public static bool Writes(string? method, IEnumerable<object> metadata) =>
        method is "GET" or "HEAD" or "OPTIONS" ? metadata.OfType<WritesMark>().Any() : !metadata.OfType<WritesNothingMark>().Any();

    private static TimeSpan? Over((int Count, TimeSpan Left) window, int limit) => window.Count > limit ? window.Left : null;

    private sealed record WritesNothingMark;

    private sealed record WritesMark;
}
