using System.Globalization;
using System.Text;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AuthServer.Platform.ApiReference;

/// <summary>The OpenAPI document: the routes with their error codes, examples and security.</summary>
internal static class OpenApi
{
    private const string BearerScheme = "bearer";
    private const string KeyScheme = "api_key";

    public static void AddDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.DescribeConverted();
        options.AddDocumentTransformer(DescribeServer);
        options.AddOperationTransformer(DescribeOperationAsync);
    });

    public static void MapDescription(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi("/openapi/v1.json").AllowAnonymous().DisableRateLimiting().ExcludeFromDescription().Add(WriteOnce);

    // The framework generates the document on every request, which is too expensive for anonymous callers.
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

    private static Task DescribeServer(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = "AuthServer", Version = "v1", Description = Introduction() };
        document.Servers = [new() { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [BearerScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "An access token (RFC 6750, RFC 9068)."
            },
            [KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-API-Key",
                Description = "An API key; also as `Authorization: ApiKey …`. Where scopes are named, the key needs them."
            },
        };
        RefusalDescriptions.AddTo(document);
        OpenAnswers(document);
        return Task.CompletedTask;
    }

    // Requests are closed: unknown members are refused. Responses are open, so that clients tolerate members that a later version
    // adds.
    private static void OpenAnswers(OpenApiDocument document)
    {
        var requests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var body in document.Paths.Values.SelectMany(path => path.Operations!.Values)
            .SelectMany(operation => operation.RequestBody?.Content?.Values ?? []))
        {
            Collect(body.Schema);
        }

        foreach (var schema in document.Components!.Schemas!
            .Where(schema => !requests.Contains(schema.Key))
            .Select(schema => schema.Value)
            .OfType<OpenApiSchema>())
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

    private static async Task DescribeOperationAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var needsToken = !metadata.OfType<IAllowAnonymous>().Any();
        var keys = metadata.OfType<ApiKeyAccess>().LastOrDefault();
        if (needsToken)
        {
            operation.Security = [.. Security(
                keys, isForKeysAlone: metadata.OfType<IAuthorizeData>().Any(asked => asked.Policy == Policies.ApiKey),
                context.Document)];
        }

        operation.AddExamples(metadata);
        await RefusalDescriptions.AddAsync(operation, context, needsToken, isOpenToKeys: keys is not null, cancellationToken);
    }

    private static IEnumerable<OpenApiSecurityRequirement> Security(ApiKeyAccess? keys, bool isForKeysAlone, OpenApiDocument? document)
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

    private static string Introduction()
    {
        var text = new StringBuilder("""
            Sign-in for apps: accounts, sessions, tokens. JSON in and out, snake_case. Unknown members are refused.
            Times are RFC 3339: in answers always UTC with `Z` and six digits (`2026-11-21T08:30:00.000000Z`), in requests with any offset.

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
