using System.Buffers;
using System.Diagnostics;
using System.Globalization;

namespace AuthServer.Platform.Web;

/// <summary>
/// Adds headers to every response: request id, duration, and those that prevent browsers from guessing content types.
/// </summary>
internal static class ResponseHeaders
{
    private const string RequestIdHeader = "X-Request-ID";
    private const string NothingLoads = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly SearchValues<char> RequestIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static void UseResponseHeaders(this IApplicationBuilder app, bool isDevelopment, bool isHttps) => app.Use((context, next) =>
    {
        context.TraceIdentifier = RequestId(context.Request.Headers[RequestIdHeader]);
        // When the response starts, because an exception handler clears headers that were set before.
        context.Response.OnStarting(
            static state => ((Stamp)state).Write(), new Stamp(context, Stopwatch.GetTimestamp(), isDevelopment, isHttps));
        return next(context);
    });

    private static string RequestId(string? sent) =>
        sent is { Length: >= 8 and <= 64 }
            && !sent.AsSpan().ContainsAnyExcept(RequestIdCharacters)
            && !sent.StartsWith(RequestOrigin.CommandLineId, StringComparison.OrdinalIgnoreCase)
                ? sent
                : Guid.NewGuid().ToString("N");

    private sealed record Stamp(HttpContext Context, long StartedAt, bool IsDevelopment, bool IsHttps)
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
            else if (IsHttps)
            {
                // By the public address: the proxy that ends TLS need not be a trusted one. A year, including subdomains (ASVS 3.4.1);
                // set here and not by UseHsts, whose header an exception handler clears.
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
