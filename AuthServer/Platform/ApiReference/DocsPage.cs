using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Scalar.AspNetCore;

namespace AuthServer.Platform.ApiReference;

/// <summary>
/// The API reference at /docs: Scalar's script in a page of our own, showing /openapi/v1.json. It works without internet, and its
/// content security policy allows only this origin; the page that comes with the package needs a looser one.
/// </summary>
internal static class DocsPage
{
    private const string JavaScript = "text/javascript; charset=utf-8";

    private static readonly Assembly Package = typeof(ScalarOptions).Assembly;

    // A new version gets a new URL, so the cache is never stale.
    private static readonly string ScalarName = $"scalar-{Package.GetName().Version!.ToString(3)}.js";

    private static readonly EntityTagHeaderValue ScalarTag = new($"\"{ScalarName}\"", isWeak: true);

    public static IEndpointRouteBuilder MapDocsPage(this IEndpointRouteBuilder app)
    {
        var docs = app.MapGroup("/docs").AllowAnonymous().ExcludeFromDescription().DisableRateLimiting();
        docs.MapGet("", GetPage);
        docs.MapGet("/docs.js", GetStart);
        docs.MapGet($"/{ScalarName}", GetScalar);
        // Where people and tools look first.
        var elsewhere = app.MapGroup("").AllowAnonymous().ExcludeFromDescription().DisableRateLimiting();
        elsewhere.MapGet("/", () => TypedResults.Redirect("/docs"));
        elsewhere.MapGet("/redoc", () => TypedResults.Redirect("/docs"));
        elsewhere.MapGet("/openapi.json", () => TypedResults.Redirect("/openapi/v1.json"));
        return app;
    }

    private static ContentHttpResult GetPage(HttpResponse response)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        response.Headers.ContentSecurityPolicy = Policy(nonce);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Text(Page(nonce), "text/html; charset=utf-8");
    }

    private static ContentHttpResult GetStart(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        return TypedResults.Text(Start, JavaScript);
    }

    private static PushStreamHttpResult GetScalar(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;

        var isGzipAccepted = context.Request.GetTypedHeaders().AcceptEncoding
            .Any(encoding => encoding.Value == "gzip" && encoding.Quality != 0);
        if (isGzipAccepted)
        {
            headers.ContentEncoding = "gzip";
        }

        return TypedResults.Stream(
            body => CopyScalarAsync(body, isGzipAccepted, context.RequestAborted), JavaScript, entityTag: ScalarTag);
    }

    private static async Task CopyScalarAsync(Stream body, bool isCompressed, CancellationToken cancellationToken)
    {
        await using var script = Package.GetManifestResourceStream("ScalarStaticAssets.scalar.js")!;
        await using var plain = new GZipStream(script, CompressionMode.Decompress);
        await (isCompressed ? script : plain).CopyToAsync(body, cancellationToken);
    }

    // No 'unsafe-eval' and no other origin. Style elements need the nonce. Only style attributes are allowed: Scalar's highlighted
    // code has one in its markup (--line-count), which neither a nonce nor a fixed hash can allow.
    private static string Policy(string nonce) =>
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; "
        + $"style-src-elem 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Page(string nonce) => $"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta property="csp-nonce" content="{nonce}">
          <title>AuthServer API</title>
          <link rel="icon" href="data:,">
          <script defer src="/docs/docs.js"></script>
          <script defer src="/docs/{ScalarName}"></script>
        </head>
        <body>
          <div id="app"></div>
          <noscript>This page needs JavaScript. The document it shows is <a href="/openapi/v1.json">/openapi/v1.json</a>.</noscript>
        </body>
        </html>
        """;

    // Runs before Scalar, whose libraries would otherwise probe for eval and create style elements without the page's nonce.
    private const string Start = """
        'use strict';
        globalThis.__zod_globalConfig = { jitless: true };

        const nonce = document.querySelector('meta[property=csp-nonce]').content;
        const createElement = document.createElement.bind(document);
        document.createElement = (...parameters) => {
          const element = createElement(...parameters);
          if (element.localName === 'style') element.nonce = nonce;
          return element;
        };

        document.addEventListener('DOMContentLoaded', () => Scalar.createApiReference('#app', {
          url: '/openapi/v1.json',
          servers: [{ url: location.origin }],
          withDefaultFonts: false,
          telemetry: false,
          persistAuth: false,
          agent: { disabled: true },
          mcp: { disabled: true },
          hideClientButton: true,
          showDeveloperTools: 'never',
          customCss: 'a[href^="https://scalar.com/"] { display: none }',
        }));
        """;
}
