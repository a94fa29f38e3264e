using System.Globalization;
using System.Text.Json.Nodes;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AuthServer.Platform.ApiReference;

/// <summary>Adds error responses to the OpenAPI document: each code once, and for each route the codes it can return.</summary>
internal static class RefusalDescriptions
{
    // Codes of every route with a body, or that needs a token.
    private static readonly ErrorCode[] WithBody =
    [
        ErrorCodes.ValidationFailed, ErrorCodes.MalformedJson, ErrorCodes.UnknownField, ErrorCodes.BodyTooLarge,
        ErrorCodes.UnsupportedMediaType,
    ];

    // Where nothing is expected, members are refused.
    private static readonly ErrorCode[] WithoutBody = [ErrorCodes.MalformedJson, ErrorCodes.UnknownField, ErrorCodes.BodyTooLarge];

    private static readonly ErrorCode[] WithToken =
    [
        ErrorCodes.AuthenticationRequired, ErrorCodes.InvalidToken, ErrorCodes.TokenExpired, ErrorCodes.TokenOutdated,
        ErrorCodes.SessionRevoked,
        // A key that is sent is looked at before the route says whether it takes any.
        ErrorCodes.InvalidApiKey, ErrorCodes.ApiKeyExpired, ErrorCodes.ApiKeyRevoked, ErrorCodes.RateLimited,
    ];

    private static readonly ErrorCode[] Always = [ErrorCodes.InternalError, ErrorCodes.DatabaseUnavailable];

    public static void AddTo(OpenApiDocument document)
    {
        var responses = document.Paths.Values
            .SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.Responses!.Values)
            .ToList();
        var alone = responses.OfType<OpenApiResponseReference>()
            .Select(response => response.Reference.Id!)
            .ToHashSet(StringComparer.Ordinal);
        var shown = responses.OfType<OpenApiResponse>()
            .SelectMany(response => response.Content?.Values ?? [])
            .SelectMany(content => content.Examples?.Keys ?? [])
            .Concat(alone)
            .ToHashSet(StringComparer.Ordinal);
        document.Components!.Examples = ErrorCodes.All.Where(error => shown.Contains(error.Code)).ToDictionary(
            error => error.Code, IOpenApiExample (error) => new OpenApiExample { Value = Example(error) }, StringComparer.Ordinal);
        document.Components.Responses = ErrorCodes.All.Where(error => alone.Contains(error.Code)).ToDictionary(
            error => error.Code, IOpenApiResponse (error) => Response([error], document), StringComparer.Ordinal);
    }

    public static async Task AddAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        bool needsToken,
        bool isOpenToKeys,
        CancellationToken cancellationToken)
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(ProblemBody), null, cancellationToken);
        context.Document?.AddComponent("ProblemBody", schema);
        context.Document?.AddComponent(
            nameof(OAuthErrorBody), await context.GetOrCreateSchemaAsync(typeof(OAuthErrorBody), null, cancellationToken));
        var isOAuth = context.Description.ActionDescriptor.EndpointMetadata.OfType<OAuthErrors>().Any();
        operation.Responses ??= [];
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var isLimited = needsToken && WriteLimits.Writes(context.Description.HttpMethod, metadata);
        var refusals = metadata.OfType<Refusals>().SelectMany(refusal => refusal.Codes)
            .Concat(operation.RequestBody is not null ? WithBody : HttpMethods.IsGet(context.Description.HttpMethod!) ? [] : WithoutBody)
            .Concat(needsToken ? WithToken : [])
            .Concat(needsToken && !isOpenToKeys ? [ErrorCodes.PersonRequired] : [])
            .Concat(isLimited ? [ErrorCodes.RateLimited] : [])
            .Concat(operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Query) == true ? [ErrorCodes.BadRequest] : [])
            .Concat(Always);
        foreach (var group in refusals
            .Distinct()
            .GroupBy(refusal => isOAuth ? OAuthErrors.StatusOf(refusal) : refusal.Status)
            .OrderBy(group => group.Key))
        {
            IOpenApiResponse response = isOAuth ? OAuthResponse(group, context.Document)
                : group.Count() == 1 ? new OpenApiResponseReference(group.Single().Code, context.Document)
                : Response(group, context.Document);
            operation.Responses.TryAdd(group.Key.ToString(CultureInfo.InvariantCulture), response);
        }
    }

    private static OpenApiResponse Response(IEnumerable<ErrorCode> refusals, OpenApiDocument? document) => new()
    {
        Description = Describe(refusals),
        Headers = HeadersOf(refusals.First().Status),
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/problem+json"] = new()
            {
                Schema = new OpenApiSchemaReference("ProblemBody", document),
                Examples = refusals.ToDictionary(
                    refusal => refusal.Code,
                    IOpenApiExample (refusal) => new OpenApiExampleReference(refusal.Code, document),
                    StringComparer.Ordinal),
            },
        },
    };

    private static OpenApiResponse OAuthResponse(IEnumerable<ErrorCode> refusals, OpenApiDocument? document) => new()
    {
        Description = Describe(refusals),
        Headers = HeadersOf(refusals.First().Status),
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/json"] = new() { Schema = new OpenApiSchemaReference(nameof(OAuthErrorBody), document) },
        },
    };

    private static Dictionary<string, IOpenApiHeader>? HeadersOf(int status) =>
        status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable
            ? new(StringComparer.Ordinal)
            {
                ["Retry-After"] = new OpenApiHeader
                {
                    Description = "After how many seconds to try again.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" },
                },
            }
            : null;

    private static string Describe(IEnumerable<ErrorCode> refusals) =>
        string.Join('\n', refusals.Select(refusal => $"- `{refusal.Code}`: {refusal.Meaning}"));

    private static JsonObject Example(ErrorCode refusal) => new()
    {
        ["type"] = "about:blank",
        ["title"] = refusal.Meaning,
        ["detail"] = Remedies.Of(refusal),
        ["status"] = refusal.Status,
        ["code"] = refusal.Code,
        ["trace_id"] = "0af7651916cd43dd8448eb211c80319c",
    };
}
