using System.Buffers;
using System.Diagnostics;
using System.Globalization;

namespace AuthServer.Platform.Web;

/// <summary>What every answer carries: its request id, how long it took, and the headers that keep browsers from guessing.</summary>
internal static class ResponseHeaders
{
    private const string RequestIdHeader = "X-Request-ID";
    private const string NothingLoads = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly SearchValues<char> RequestIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static void UseResponseHeaders(this IApplicationBuilder app, bool isDevelopment) => app.Use((context, next) =>
    {
        context.TraceIdentifier = RequestId(context.Request.Headers[RequestIdHeader]);
        // On starting, because an exception handler clears the headers that were set before it.
        context.Response.OnStarting(static state => ((Stamp)state).Write(), new Stamp(context, Stopwatch.GetTimestamp(), isDevelopment));
        return next(context);
    });

    private static string RequestId(string? sent) =>
        sent is { Length: >= 8 and <= 64 } && !sent.AsSpan().ContainsAnyExcept(RequestIdCharacters) ? sent : Guid.NewGuid().ToString("N");

    private sealed record Stamp(HttpContext Context, long StartedAt, bool IsDevelopment)
    {
        public Task Write()
        {
            var headers = Context.Response.Headers;
            headers[RequestIdHeader] = Context.TraceIdentifier;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (IsDevelopment)
            {
                // Nowhere else: it would be a stopwatch without the network's noise for whoever compares answers.
                headers["Server-Timing"] = string.Create(
                    CultureInfo.InvariantCulture, $"app;dur={Stopwatch.GetElapsedTime(StartedAt).TotalMilliseconds:0.##}");
            }
            else if (Context.Request.IsHttps)
            {
                // A year and the names below (ASVS 3.4.1); here and not by UseHsts, whose header an exception handler clears.
                headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
            }

            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy = NothingLoads;
            }

            if (headers.CacheControl.Count == 0)
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        }
    }
}
