using AuthServer.Platform.Configuration;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AuthServer.Platform.Web;

/// <summary>Marks a route whose answers every browser app may read.</summary>
internal sealed record OpenToEveryOrigin;

/// <summary>What browser apps of other origins may read (CORS).</summary>
internal static class CrossOrigin
{
    public static void AddCrossOrigin(this IServiceCollection services)
    {
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<ServerSettings>>((cors, server) =>
            cors.AddDefaultPolicy(policy => policy.WithOrigins([.. server.Value.CorsOrigins]).AllowAnyHeader().AllowAnyMethod()
                .WithExposedHeaders("Retry-After", "X-Request-ID").SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }

    /// <summary>Comes before everything that refuses, so that a browser app can read the reason.</summary>
    public static void UseCrossOrigin(this IApplicationBuilder app, ServerSettings server)
    {
        var isConfigured = server.CorsOrigins.Count > 0;
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() => Complete(context, isConfigured));
            return next(context);
        });
        if (isConfigured)
        {
            app.UseCors();
        }
    }

    // The framework does nothing for a request without Origin, and does not vary with a single origin: a cache would then serve an
    // answer without CORS headers to the allowed origin. Callbacks run last to first, so its headers are there by now.
    private static Task Complete(HttpContext context, bool isConfigured)
    {
        var headers = context.Response.Headers;
        if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToEveryOrigin>() is not null)
        {
            headers.AccessControlAllowOrigin = "*";
        }

        if (isConfigured && !headers.GetCommaSeparatedValues(HeaderNames.Vary).Contains(HeaderNames.Origin, StringComparer.Ordinal))
        {
            headers.AppendCommaSeparatedValues(HeaderNames.Vary, HeaderNames.Origin);
        }

        return Task.CompletedTask;
    }
}
