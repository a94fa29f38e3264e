using AuthServer.Domain;
using Microsoft.AspNetCore.Http.Features;

namespace AuthServer.Platform.Web;

/// <summary>What to do about a key in a URL, besides refusing the request.</summary>
internal sealed record ApiKeyExposure(Func<HttpContext, ApiKeyText, Task> RecordAsync);

/// <summary>
/// Refuses requests with an API key in the URL, which proxies, browsers and logs record (ASVS 14.2.1). This happens before routing,
/// so that no such request ever works.
/// </summary>
internal static class ApiKeyInUrl
{
    // Each proxy or client on the way may have encoded it once more.
    private const int MostDecoded = 3;

    // Not async itself, because every request passes through here.
    public static Task RefuseAsync(HttpContext context, RequestDelegate next) =>
        Find(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is { } key ? RefuseAsync(context, key) : next(context);

    private static async Task RefuseAsync(HttpContext context, ApiKeyText key)
    {
        if (context.RequestServices.GetService<ApiKeyExposure>() is { } exposure)
        {
            await exposure.RecordAsync(context, key);
        }

        await new Problem(ErrorCodes.ApiKeyInUrl).ExecuteAsync(context);
    }

    private static ApiKeyText? Find(string target)
    {
        var key = ApiKeyText.FindIn(target);
        for (var decoded = 0; key is null && decoded < MostDecoded && target.Contains('%', StringComparison.Ordinal); decoded++)
        {
            target = Uri.UnescapeDataString(target);
            key = ApiKeyText.FindIn(target);
        }

        return key;
    }
}
