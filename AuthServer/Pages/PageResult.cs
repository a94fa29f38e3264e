using System.Globalization;
using System.Security.Cryptography;
using AuthServer.Mail.Texts;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace AuthServer.Pages;

/// <summary>
/// Responds with a page that works without scripts: no external resources, not cacheable, not indexed by search engines.
/// </summary>
internal sealed class PageResult(PageContent content, int status = StatusCodes.Status200OK, TimeSpan? retryAfter = null)
    : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var email = httpContext.RequestServices.GetRequiredService<EmailSettings>();
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(PageDocument.Content)] = content,
            [nameof(PageDocument.Nonce)] = nonce,
            [nameof(PageDocument.Product)] = MailTexts.ProductName(email.FromName),
            [nameof(PageDocument.Contact)] = email.Contact is { Length: > 0 } contact
                ? PageTexts.In(content.Language).Contact(contact)
                : null,
        };
        if (content.Forms.Count > 0)
        {
            var guard = httpContext.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(httpContext);
            parameters[nameof(PageDocument.Guard)] = KeyValuePair.Create(guard.FormFieldName, guard.RequestToken!);
        }

        var html = await httpContext.RequestServices.GetRequiredService<ComponentRenderer>().RenderAsync<PageDocument>(parameters);
        httpContext.Response.StatusCode = status;
        SetHeaders(httpContext.Response.Headers, nonce);
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        await httpContext.Response.WriteAsync(html, httpContext.RequestAborted);
    }

    private void SetHeaders(IHeaderDictionary headers, string nonce)
    {
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
            + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.CacheControl = "no-store";
        headers.ContentLanguage = content.Language;
        headers["X-Robots-Tag"] = "noindex, nofollow";
        if (retryAfter is { } wait)
        {
            headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>
/// Redirects to the page that reports success: reloading that page submits nothing again, and the token is gone from the URL.
/// </summary>
internal sealed class SeeOther(string path) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => StatusCodes.Status303SeeOther;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = path;
        return Task.CompletedTask;
    }
}
