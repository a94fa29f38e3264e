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

    // What one needs first comes first.
    private static readonly (string Name, string About)[] Chapters =
    [
        ("Sign-in", "From a name and a password to a pair of tokens."),
        ("Registration", "New accounts, and guests."),
        ("Sessions", "Refreshing, signing out, and the list of one's devices."),
        ("Profile", "One's own account."),
        ("Passwords", "Changing a password, and setting a new one with a mailed link."),
        ("E-mail address", "Confirming a mailbox, and changing the address."),
        ("Data rights", "A copy of one's own data, and its erasure."),
        ("Physicians", "Professional profiles and licences, and who is available."),
        ("Users", "People, for staff."),
        ("Support", "Helping people back into their accounts."),
        ("Tenants", "Clinics and their settings."),
        ("API keys", "What services sign in with."),
        ("Audit", "What happened, and who did it."),
        ("Discovery", "What resource servers verify access tokens with."),
        ("Health", "Whether the server is ready."),
    ];

    public static void AddDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.DescribeConverted();
        options.AddSchemaTransformer((schema, member, _) => ListedValues.DescribeAsync(schema, member));
        options.AddDocumentTransformer(DescribeServer);
        options.AddOperationTransformer(DescribeOperationAsync);
    });

    public static void MapDescription(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi("/openapi/v1.json").AllowAnonymous().DisableRateLimiting().ExcludeFromDescription().Add(WriteOnce);

    // The framework generates the document on every request, which is too expensive for anonymous callers.
    private static void WriteOnce(EndpointBuilder endpoint)
    {
        var write = endpoint.RequestDelegate!;
        DescriptionFile? written = null;
        endpoint.RequestDelegate = async context =>
        {
            written ??= await GenerateAsync(write, context);
            await written.WriteAsync(context);
        };
    }

    private static async Task<DescriptionFile> GenerateAsync(RequestDelegate write, HttpContext context)
    {
        var body = context.Response.Body;
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        await write(context);
        await context.Response.BodyWriter.FlushAsync();
        context.Response.Body = body;
        return new(buffer.ToArray());
    }

    private static Task DescribeServer(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = "AuthServer", Version = "v1", Description = Introduction };
        document.Servers = [new() { Url = "/", Description = "The server that this description comes from." }];
        document.Tags = Chapters.Select(chapter => new OpenApiTag { Name = chapter.Name, Description = chapter.About }).ToHashSet();
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
        RequestSchemas.Describe(document, context);
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

        else
        {
            // Not undefined: some tools then take the first scheme they find.
            operation.Security = [];
        }

        operation.Deprecated = metadata.OfType<AliasOf>().Any();
        if (operation.RequestBody is OpenApiRequestBody body)
        {
            var mayBeLeftOut = context.ApplicationServices.GetRequiredService<RequestBodies>().MaySayNothing(metadata);
            body.Required = !mayBeLeftOut;
            // Merge patches are for people who write their JSON by hand: typed clients would not know which of the two to send.
            body.Content?.Remove(Patch.MergeType);
            foreach (var content in body.Content?.Values ?? [])
            {
                content.Schema = content.Schema is null ? null : RequestSchemas.WithoutNull(content.Schema);
            }
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

    private const string Introduction = """
        Sign-in for apps: accounts, sessions, tokens. Begin with *Sign-in*: `POST /api/v1/auth/login` gives an access token, which goes into
        `Authorization: Bearer …`, and a refresh token, which buys the next pair.

        JSON in and out, snake_case. Unknown members are refused; answers may get members that are not described yet, and lists of values
        new ones. Times are RFC 3339: in answers always UTC with `Z` and six digits (`2026-11-21T08:30:00.000000Z`), in requests with any
        offset.

        Errors are `application/problem+json` (RFC 9457) with a stable `code`: every answer below names those it can have.

        A change (PATCH) leaves fields alone that are absent or null; `clear` names those to clear. As `application/merge-patch+json`, null
        clears instead (RFC 7396).
        """;
}
