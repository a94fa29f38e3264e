using AuthServer.Platform.Configuration;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace AuthServer.Pages;

/// <summary>
/// Where the links in mails land: <c>link → form → sent → done</c>, or <c>link → too old → ask for a new one</c>. Looking
/// at a page changes nothing, because mail scanners look, too; only what is sent from one does. No script, no cookie but
/// the one that shows that a form is ours.
/// </summary>
internal static class PagesEndpoints
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new RefusalPage("/account", ShowAsync));
        builder.Services.AddAntiforgery();
        builder.Services.AddOptions<AntiforgeryOptions>().Configure<ServerSettings>((options, server) =>
        {
            options.FormFieldName = "guard";
            options.HeaderName = null;
            options.SuppressXFrameOptionsHeader = true;
            options.Cookie = new GuardCookie(new Uri(server.PublicUrl!).Scheme == Uri.UriSchemeHttps);
        });
    }

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        var links = pages.MapGroup("").RequireRateLimiting(RateLimits.MailedLinks);
        links.MapPasswordPages();
        links.MapMailboxPages();
        pages.MapGroup("").RequireRateLimiting(RateLimits.MailRequests).MapLinkPages();
    }

    private static Task ShowAsync(HttpContext context, ErrorCode refusal)
    {
        var texts = PageTexts.AskedFor(context);
        var words = refusal.Status switch
        {
            StatusCodes.Status429TooManyRequests => texts.TooMany,
            StatusCodes.Status503ServiceUnavailable => texts.Busy,
            StatusCodes.Status404NotFound => texts.NotFound,
            >= 500 => texts.Broken,
            _ => texts.NotUnderstood,
        };
        return new PageResult(texts.Page(words), refusal.Status).ExecuteAsync(context);
    }

    // By the address that people use: the proxy that ends TLS need not be one we believe about the scheme.
    private sealed class GuardCookie : CookieBuilder
    {
        private readonly bool _isHttps;

        public GuardCookie(bool isHttps)
        {
            _isHttps = isHttps;
            // No sibling domain can set one of this name (ASVS 3.3.1).
            (Name, Path) = (isHttps ? "__Host-account" : "account", "/");
            // Lax goes along when the link is pressed in a webmail page, and like Strict not with a POST from elsewhere.
            (SameSite, HttpOnly, IsEssential) = (SameSiteMode.Lax, true, true);
        }

        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var options = base.Build(context, expiresFrom);
            options.Secure = _isHttps;
            return options;
        }
    }
}
