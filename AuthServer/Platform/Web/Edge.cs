using System.Net;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Cryptography;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AuthServer.Platform.Web;

/// <summary>The outermost layer: connection limits, proxies, CORS, and the format of all errors.</summary>
internal static class Edge
{
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10);

    private const string PublicDevelopment = "Server:PublicUrl is a public address, and this is Development, where answers contain the "
        + "tokens of mailed links: anybody could open every account. Set ASPNETCORE_ENVIRONMENT=Production, or give an address that only "
        + "your own network knows, for example https://laptop.local.";

    public static void AddEdge(this WebApplicationBuilder builder)
    {
        // A proxy in front may see one line where Kestrel would see two: request smuggling (RFC 9112 section 2.2).
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        builder.AddSettings<ServerSettings>();
        builder.AddSettings<SecretSettings>();
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.AddOptions<ServerSettings>().Validate(static server => !server.IsPublic, PublicDevelopment);
        }

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Secrets>();
        builder.Services.AddSingleton<KeyWrapping>();
        builder.Services.AddSingleton<ComponentRenderer>();
        builder.Services.AddSingleton<RequestBodies>();
        builder.Services.AddHttpClient();
        builder.Services.AddStrictJson();
        builder.Services.AddExceptionHandler<ExceptionProblems>();
        builder.Services.AddCrossOrigin();
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ServerSettings>>(TrustOnly);
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServerSettings>>(Limit);
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddSingleton<RequestLog>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Draining>());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
    }

    public static void UseEdge(this WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<Draining>().PassAsync);
        var server = app.Services.GetRequiredService<ServerSettings>();
        if (server.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.UseResponseHeaders(app.Environment.IsDevelopment(), server.PublicUrl?.StartsWith("https:", StringComparison.Ordinal) == true);
        app.Use(app.Services.GetRequiredService<RequestLog>().PassAsync);
        app.UseCrossOrigin(server);
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                SuppressDiagnosticsCallback = static _ => true,
                ExceptionHandler = static _ => Task.CompletedTask
            });
        app.UseStatusCodePages(
            static context => new Problem(ErrorCodes.ForStatus(context.HttpContext.Response.StatusCode)).ExecuteAsync(context.HttpContext));
        app.Use(ApiKeyInUrl.RefuseAsync);
        app.Use(RefuseOddFraming);
        app.Use(AnswerHeadLikeGet);
        app.Use(new ShortPaths(app).Rewrite);
        app.Use(RefuseEncodedBodies);
        app.Use(IgnoreCharsetOfJson);
        app.Use(RefuseOtherCharsets);
        app.UseRouting();
        app.Use(AnswerUnrouted);
    }

    // RFC 9110 section 9.1 wants HEAD wherever GET is. Kestrel remembers what was asked, and sends no body.
    private static Task AnswerHeadLikeGet(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Method = HttpMethods.Get;
        }

        return next(context);
    }

    // The fallback policy would require a token first, but without a route there is nothing to protect, and 404, 405 and 415 are
    // more helpful. Anything other than a RouteEndpoint is routing's own response to a wrong method or media type.
    private static Task AnswerUnrouted(HttpContext context, RequestDelegate next)
    {
        switch (context.GetEndpoint())
        {
            case RouteEndpoint:
                return next(context);
            case { RequestDelegate: { } answer }:
                return AnswerAsync(context, answer);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    // HEAD is allowed wherever GET is.
    private static async Task AnswerAsync(HttpContext context, RequestDelegate answer)
    {
        await answer(context);
        var headers = context.Response.Headers;
        if (headers.GetCommaSeparatedValues(HeaderNames.Allow).Contains(HttpMethods.Get, StringComparer.Ordinal))
        {
            headers.AppendCommaSeparatedValues(HeaderNames.Allow, HttpMethods.Head);
        }
    }

    // RFC 9112 section 6.1: only "chunked", once. Kestrel checks only the last coding, and a proxy may not.
    private static Task RefuseOddFraming(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.TransferEncoding is { Count: > 0 } coding
            && !string.Equals(coding, "chunked", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.Connection = "close";
            return new Problem(ErrorCodes.BadRequest).ExecuteAsync(context);
        }

        return next(context);
    }

    // Nothing here decompresses bodies; say so at once, before a compressed body looks like malformed JSON.
    private static Task RefuseEncodedBodies(HttpContext context, RequestDelegate next) =>
        context.Request.Headers.ContentEncoding.Count > 0
            ? new Problem(ErrorCodes.UnsupportedMediaType).ExecuteAsync(context)
            : next(context);

    // JSON is UTF-8 and has no charset parameter: what it says has no effect (RFC 8259 sections 8.1 and 11). The framework would obey
    // it, or throw.
    private static Task IgnoreCharsetOfJson(HttpContext context, RequestDelegate next)
    {
        if (context.Request.HasJsonContentType() && MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type))
        {
            context.Request.ContentType = type.MediaType.Value;
        }

        return next(context);
    }

    // A form is read as UTF-8. The framework throws on charset names it does not know, including the quoted form of this one.
    private static Task RefuseOtherCharsets(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentType is { } text
            && text.Contains("charset", StringComparison.OrdinalIgnoreCase)
            && MediaTypeHeaderValue.TryParse(text, out var type))
        {
            if (HeaderUtilities.RemoveQuotes(type.Charset).ToString().ToUpperInvariant() is not ("UTF-8" or "UTF8"))
            {
                return new Problem(ErrorCodes.UnsupportedMediaType).ExecuteAsync(context);
            }

            type.Charset = "utf-8";
            context.Request.ContentType = type.ToString();
        }

        return next(context);
    }

    private static void TrustOnly(ForwardedHeadersOptions options, IOptions<ServerSettings> server)
    {
        // The framework trusts loopback by default; here only configured proxies are trusted.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        options.ForwardLimit = server.Value.ForwardLimit;
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var proxy in server.Value.TrustedProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else
            {
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        }
    }

    private static void Limit(KestrelServerOptions kestrel, IOptions<ServerSettings> server)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = server.Value.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = server.Value.MaxConnections;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
        // Bodies are a few hundred bytes: a slow sender holds a slot that others in the same network wait for.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));
        // The same rate for responses: at the default of 240 bytes, a client that never reads would be waited for for minutes.
        kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));
    }
}
