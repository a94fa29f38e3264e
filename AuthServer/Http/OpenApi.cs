using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AuthServer.Http;

/// <summary>A body as a person would send it, for the description.</summary>
internal sealed record RequestExample(string Json);

/// <summary>The body of a good answer, for the description: of the one with this status, or of whichever there is.</summary>
internal sealed record AnswerExample(string Json, int? Status);

/// <summary>The OpenAPI description: what the routes say of themselves, with their refusals, examples and security.</summary>
internal static class OpenApi
{
    private const string BearerScheme = "bearer";
    private const string KeyScheme = "api_key";

    // What any route can answer that takes a body, or that needs a token.
    private static readonly ErrorCode[] WithBody = [ErrorCodes.ValidationFailed, ErrorCodes.MalformedJson, ErrorCodes.UnknownField, ErrorCodes.BodyTooLarge, ErrorCodes.UnsupportedMediaType];
    private static readonly ErrorCode[] WithToken = [ErrorCodes.AuthenticationRequired, ErrorCodes.InvalidToken, ErrorCodes.TokenExpired, ErrorCodes.TokenOutdated, ErrorCodes.SessionRevoked];
    private static readonly ErrorCode[] WithKey = [ErrorCodes.InvalidApiKey, ErrorCodes.ApiKeyExpired, ErrorCodes.ApiKeyRevoked, ErrorCodes.RateLimited];
    private static readonly ErrorCode[] Always = [ErrorCodes.InternalError, ErrorCodes.DatabaseUnavailable];

    public static void AddDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.DescribeConverted();
        options.AddDocumentTransformer(DescribeServer);
        options.AddOperationTransformer(DescribeOperationAsync);
    });

    public static void MapDescription(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi("/openapi/v1.json").AllowAnonymous().DisableRateLimiting().ExcludeFromDescription().Add(WriteOnce);

    public static TBuilder WithExample<TBuilder>(this TBuilder builder, string json) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestExample(json));

    public static TBuilder WithAnswer<TBuilder>(this TBuilder builder, string json, int? status = null) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AnswerExample(json, status));

    // The framework describes the server anew for everybody who asks: too much work to do for strangers, again and again.
    private static void WriteOnce(EndpointBuilder endpoint)
    {
        var write = endpoint.RequestDelegate!;
        byte[]? written = null;
        endpoint.RequestDelegate = async context =>
        {
            if (written is null)
            {
                var body = context.Response.Body;
                using var buffer = new MemoryStream();
                context.Response.Body = buffer;
                await write(context);
                await context.Response.BodyWriter.FlushAsync();
                context.Response.Body = body;
                written = buffer.ToArray();
            }

            context.Response.ContentType = "application/json;charset=utf-8";
            context.Response.ContentLength = written.Length;
            await context.Response.Body.WriteAsync(written, context.RequestAborted);
        };
    }

    private static Task DescribeServer(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = "AuthServer", Version = "v1", Description = Introduction() };
        document.Servers = [new() { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = "An access token (RFC 6750, RFC 9068)." },
            [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key", Description = "An API key; also as `Authorization: ApiKey …`. Where scopes are named, the key needs them." },
        };
        document.Components.Examples = ErrorCodes.All.ToDictionary(error => error.Code, IOpenApiExample (error) => new OpenApiExample { Value = Example(error) }, StringComparer.Ordinal);
        document.Components.Responses = ErrorCodes.All.ToDictionary(error => error.Code, IOpenApiResponse (error) => Response([error], document), StringComparer.Ordinal);
        OpenAnswers(document);
        return Task.CompletedTask;
    }

    // Requests are closed: an unknown member is refused. Answers are open: a client must not stumble over what a later version adds.
    private static void OpenAnswers(OpenApiDocument document)
    {
        var requests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var body in document.Paths.Values.SelectMany(path => path.Operations!.Values).SelectMany(operation => operation.RequestBody?.Content?.Values ?? []))
        {
            Collect(body.Schema);
        }

        foreach (var schema in document.Components!.Schemas!.Where(schema => !requests.Contains(schema.Key)).Select(schema => schema.Value).OfType<OpenApiSchema>())
        {
            schema.AdditionalPropertiesAllowed = true;
        }

        void Collect(IOpenApiSchema? schema)
        {
            if (schema is not OpenApiSchemaReference { Reference.Id: { } id } || requests.Add(id))
            {
                foreach (var part in (schema?.Properties?.Values ?? []).Concat(schema?.OneOf ?? []))
                {
                    Collect(part);
                }
            }
        }
    }

    private static async Task DescribeOperationAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var needsToken = !metadata.OfType<IAllowAnonymous>().Any();
        var keys = metadata.OfType<KeyAccess>().LastOrDefault();
        if (needsToken)
        {
            operation.Security = [.. Security(keys, isForKeysAlone: metadata.OfType<IAuthorizeData>().Any(asked => asked.Policy == Policies.ApiKey), context.Document)];
        }

        if (metadata.OfType<RequestExample>().LastOrDefault() is { } example && operation.RequestBody?.Content is { } content)
        {
            foreach (var type in content.Values)
            {
                type.Example = JsonNode.Parse(example.Json);
            }
        }

        foreach (var answer in metadata.OfType<AnswerExample>())
        {
            foreach (var type in (operation.Responses ?? []).Where(response => answer.Status is { } status ? response.Key == status.ToString(CultureInfo.InvariantCulture) : response.Key[0] == '2').SelectMany(response => response.Value.Content?.Values ?? []))
            {
                type.Example = JsonNode.Parse(answer.Json);
            }
        }

        var refusals = metadata.OfType<Refusals>().SelectMany(refusal => refusal.Codes)
            .Concat(operation.RequestBody is null ? [] : WithBody).Concat(needsToken ? WithToken : []).Concat(keys is null ? [] : WithKey).Concat(Always).Distinct();
        var schema = await context.GetOrCreateSchemaAsync(typeof(ProblemBody), null, cancellationToken);
        context.Document?.AddComponent("ProblemBody", schema);
        operation.Responses ??= [];
        foreach (var group in refusals.GroupBy(refusal => refusal.Status).OrderBy(group => group.Key))
        {
            IOpenApiResponse response = group.Count() == 1 ? new OpenApiResponseReference(group.Single().Code, context.Document) : Response(group, context.Document);
            operation.Responses.TryAdd(group.Key.ToString(CultureInfo.InvariantCulture), response);
        }
    }

    private static IEnumerable<OpenApiSecurityRequirement> Security(KeyAccess? keys, bool isForKeysAlone, OpenApiDocument? document)
    {
        if (!isForKeysAlone)
        {
            yield return new() { [new OpenApiSecuritySchemeReference(BearerScheme, document)] = [] };
        }

        if (keys is not null)
        {
            yield return new() { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = keys.Scope is { } scope ? [scope] : [] };
        }
    }

    private static OpenApiResponse Response(IEnumerable<ErrorCode> refusals, OpenApiDocument? document) => new()
    {
        Description = string.Join('\n', refusals.Select(refusal => $"- `{refusal.Code}`: {refusal.Meaning}")),
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/problem+json"] = new()
            {
                Schema = new OpenApiSchemaReference("ProblemBody", document),
                Examples = refusals.ToDictionary(refusal => refusal.Code, IOpenApiExample (refusal) => new OpenApiExampleReference(refusal.Code, document), StringComparer.Ordinal),
            },
        },
    };

    private static JsonObject Example(ErrorCode refusal) => new()
    {
        ["type"] = "about:blank",
        ["title"] = refusal.Meaning,
        ["status"] = refusal.Status,
        ["code"] = refusal.Code,
        ["trace_id"] = "0af7651916cd43dd8448eb211c80319c",
    };

    private static string Introduction()
    {
        var text = new StringBuilder("""
            Sign-in for apps: accounts, sessions, tokens. JSON in and out, snake_case, UTC times (RFC 3339). Unknown members are refused.

            Errors are `application/problem+json` (RFC 9457) with a stable `code`:

            | code | status | meaning |
            |---|---|---|

            """);
        foreach (var error in ErrorCodes.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{error.Code}` | {error.Status} | {error.Meaning} |\n");
        }

        return text.ToString();
    }
}
