using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;

namespace AuthServer.Platform.RateLimiting;

/// <summary>Limits an API key, including its access tokens, to its requests per minute over all routes.</summary>
internal static class ApiKeyLimits
{
    public static void UseApiKeyLimits(this WebApplication app)
    {
        var requests = new FixedWindows<Guid>(TimeSpan.FromMinutes(1), app.Services.GetRequiredService<TimeProvider>());
        app.Use((context, next) =>
            Caller.Of(context.User) is { Key: { } key } caller
                && requests.Add(caller.UserId) is var (count, left)
                && count > key.RequestsPerMinute
                ? new Problem(ErrorCodes.RateLimited, retryAfter: left).ExecuteAsync(context)
                : next(context));
    }
}
