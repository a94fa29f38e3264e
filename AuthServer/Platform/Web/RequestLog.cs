using System.Collections;
using System.Diagnostics;
using System.Globalization;

namespace AuthServer.Platform.Web;

/// <summary>
/// One line for each request, and its id on every line that is logged during it. The template of the route stands for the path,
/// which may contain ids or secrets; queries, bodies, names and addresses are not logged. Probes are left out.
/// </summary>
internal sealed class RequestLog(ILogger<RequestLog> logger)
{
    private const string NoRoute = "none";

    private int _hasToldOfProxy;

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var scope = logger.BeginScope(new Trace(context.TraceIdentifier));
        TellOfProxy(context.Request.Headers);
        await next(context);
        // A group's own route ends in a slash.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { Length: > 1 } template
            ? template.TrimEnd('/')
            : NoRoute;
        if (!IsProbe(route))
        {
            var took = Math.Round(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds, 1);
            var method = KnownMethod(context.Request.Method);
            Log.Answered(logger, method, route, context.Response.StatusCode, took);
        }
    }

    // The framework's middleware leaves a note where it trusted the header.
    private void TellOfProxy(IHeaderDictionary headers)
    {
        if (headers.ContainsKey("X-Forwarded-For")
            && !headers.ContainsKey("X-Original-For")
            && Interlocked.Exchange(ref _hasToldOfProxy, 1) == 0)
        {
            Log.UntrustedProxy(logger);
        }
    }

    // Clients may send any word, of any length.
    private static string KnownMethod(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" ? method : "other";

    private static bool IsProbe(string route) =>
        route.StartsWith("/health", StringComparison.Ordinal) || route.StartsWith("/api/v1/health", StringComparison.Ordinal);

    private sealed class Trace(string id) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 1;

        public KeyValuePair<string, object?> this[int index] =>
            index == 0 ? new("trace_id", id) : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"trace_id:{id}");
    }
}
