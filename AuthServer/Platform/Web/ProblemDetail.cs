using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace AuthServer.Platform.Web;

/// <summary>What this one request can do about its error (RFC 9457 section 3.1.4).</summary>
internal static class ProblemDetail
{
    public static string Of(ErrorCode error, HttpContext context) =>
        error == ErrorCodes.UnknownField && KnownFields(context) is { Count: > 0 } fields
            ? $"This route knows the fields {string.Join(", ", fields)}."
        : error == ErrorCodes.Forbidden && IsOnesOwn(context)
            ? "This is your own account: use /api/v1/users/me, which needs no role."
        : Remedies.Of(error);

    private static IReadOnlyList<string> KnownFields(HttpContext context)
    {
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } type
            ? [.. json.GetTypeInfo(type).Properties.Select(property => property.Name)]
            : [];
    }

    private static bool IsOnesOwn(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.StartsWith("/api/v1/users/{id}", StringComparison.Ordinal) == true
        && context.Request.RouteValues["id"] is string id
        && id == context.User.Identity?.Name;
}
