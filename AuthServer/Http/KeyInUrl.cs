using AuthServer.Domain;
using Microsoft.AspNetCore.Http.Features;

namespace AuthServer.Http;

/// <summary>What is done about a key that stands in a URL, besides refusing the request.</summary>
internal sealed record KeyExposure(Func<HttpContext, ApiKeyText, Task> RecordAsync);

/// <summary>
/// Refuses whatever has an API key in its URL, which proxies, browsers and logs keep (ASVS 14.2.1): before any route is
/// looked for, so that no such request ever works.
/// </summary>
internal static class KeyInUrl
{
    public static async Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        if (Find(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is not { } key)
        {
            await next(context);
            return;
        }

        if (context.RequestServices.GetService<KeyExposure>() is { } exposure)
        {
            await exposure.RecordAsync(context, key);
        }

        await new Problem(ErrorCodes.ApiKeyInUrl).ExecuteAsync(context);
    }

    private static ApiKeyText? Find(string target) =>
        ApiKeyText.FindIn(target) ?? (target.Contains('%', StringComparison.Ordinal) ? ApiKeyText.FindIn(Uri.UnescapeDataString(target)) : null);
}
