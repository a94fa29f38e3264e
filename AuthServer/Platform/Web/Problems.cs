using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Metadata;

namespace AuthServer.Platform.Web;

/// <summary>An error response (RFC 9457 problem details).</summary>
/// <param name="Type">Always <c>about:blank</c>: <c>code</c> identifies the kind.</param>
/// <param name="Title">What went wrong, for developers.</param>
/// <param name="Detail">What this request can do about it, for developers.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code to branch on.</param>
/// <param name="TraceId">Identifies the request in the log; equals the <c>X-Request-ID</c> header.</param>
/// <param name="Errors">
/// With <c>validation_failed</c> and <c>unknown_field</c>, and sometimes with <c>licence_taken</c>: messages by field.
/// </param>
public sealed record ProblemBody(
    string Type,
    string Title,
    string Detail,
    int Status,
    [property: OneOf(typeof(ErrorCodes))] string Code,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null);

/// <summary>The only way an error leaves the server.</summary>
internal sealed class Problem(ErrorCode error, IReadOnlyDictionary<string, string[]>? errors = null, TimeSpan? retryAfter = null)
    : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    public int? StatusCode => error.Status;

    public ErrorCode Error => error;

    /// <summary>The status an answer would have as a problem: where OAuth's form has another, what happened is still the same.</summary>
    public static int StatusOf(HttpContext context) =>
        context.Items[typeof(Problem)] is ErrorCode error ? error.Status : context.Response.StatusCode;

    public static implicit operator Problem(ErrorCode error) => new(error);

    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder)
    {
        // The codes a route can return are declared with Refuses(…), from which the OpenAPI document takes them.
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var isOAuth = httpContext.GetEndpoint()?.Metadata.GetMetadata<OAuthErrors>() is not null;
        httpContext.Items[typeof(Problem)] = error;
        response.StatusCode = isOAuth ? OAuthErrors.StatusOf(error) : error.Status;
        response.Headers.CacheControl = "no-store";
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (response.StatusCode == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            // RFC 9110 section 15.5.2: no 401 without a challenge.
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (httpContext.RequestServices.GetService<RefusalPage>() is { } page
            && httpContext.Request.Path.StartsWithSegments(page.Under, StringComparison.OrdinalIgnoreCase))
        {
            await page.ShowAsync(httpContext, error);
            return;
        }

        var shown = Shown(httpContext);
        if (isOAuth)
        {
            var answer = OAuthErrors.BodyOf(error, httpContext.TraceIdentifier, errors) with { Errors = shown };
            await response.WriteAsJsonAsync(answer, HttpJson.Written.OAuthErrorBody, "application/json", httpContext.RequestAborted);
            return;
        }

        var body = new ProblemBody(
            "about:blank", error.Meaning, ProblemDetail.Of(error, httpContext), error.Status, error.Code, httpContext.TraceIdentifier,
            shown);
        await response.WriteAsJsonAsync(body, HttpJson.Written.ProblemBody, "application/problem+json", httpContext.RequestAborted);
    }

    private IReadOnlyDictionary<string, string[]>? Shown(HttpContext httpContext)
    {
        var language = Language.AskedFor(httpContext.Request);
        if (errors is null || language == Language.English)
        {
            return errors;
        }

        httpContext.Response.Headers.ContentLanguage = language.Tag;
        return FieldMessages.In(language, errors);
    }
}

/// <summary>The errors a route can return, for the OpenAPI document.</summary>
internal sealed record Refusals(IReadOnlyList<ErrorCode> Codes);

/// <summary>Another path of a route, for apps that know it by that.</summary>
internal sealed record AliasOf(string Path);

internal static class RefusalExtensions
{
    /// <summary>Declares another path of a route: it works, and new apps need not know it.</summary>
    public static RouteHandlerBuilder IsAliasOf(this RouteHandlerBuilder route, string path) =>
        route.WithMetadata(new AliasOf(path)).WithSummary($"The same as {path}");

    /// <summary>Declares the errors a route can return.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder builder, params ErrorCode[] codes) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new Refusals(codes));
}
