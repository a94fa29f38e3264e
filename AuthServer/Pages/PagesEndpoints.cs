using AuthServer.Mail.Texts;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace AuthServer.Pages;

/// <summary>
/// The pages that links in mails lead to: <c>link → form → submitted → done</c>, or <c>link → expired → request a new one</c>.
/// Loading a page changes nothing, because mail scanners follow links; only submitting a form does. Everything works without
/// scripts, and the only cookie is the antiforgery cookie.
/// </summary>
internal static class PagesEndpoints
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new RefusalPage("/account", ShowAsync));
        builder.Services.AddScoped<ClinicOfPage>();
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
        // Password managers lead people here (W3C, A Well-Known URL for Changing Passwords): a mailed link is the way that needs no app.
        pages.MapGet("/.well-known/change-password", () => new SeeOther(MailPages.ForgottenPassword)).DisableRateLimiting();
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

    // Decided by the public URL, because the proxy that terminates TLS need not be trusted about the scheme.
    private sealed class GuardCookie : CookieBuilder
    {
        private readonly bool _isHttps;

        public GuardCookie(bool isHttps)
        {
            _isHttps = isHttps;
            // The prefix keeps sibling domains from setting it (ASVS 3.3.1).
            (Name, Path) = (isHttps ? "__Host-account" : "account", "/");
            // Lax is sent when a link in webmail is followed and, like Strict, not with a cross-site POST.
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
