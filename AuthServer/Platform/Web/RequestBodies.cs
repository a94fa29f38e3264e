using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace AuthServer.Platform.Web;

/// <summary>
/// What a missing body means, and an unexpected one: no body is an empty object where the route takes that, and a route without a
/// body of its own refuses members, because whoever sends them expects an effect.
/// </summary>
internal sealed class RequestBodies(IOptions<JsonOptions> json)
{
    private readonly ConcurrentDictionary<Type, bool> _maySayNothing = new();

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var accepts = context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>();
        if (accepts is null)
        {
            await (MayHaveJson(context) && await HasBodyAsync(context) ? RefuseMembersAsync(context, next) : next(context));
            return;
        }

        if (accepts.ContentTypes.Contains("application/json", StringComparer.Ordinal)
            && accepts.RequestType is { } type && _maySayNothing.GetOrAdd(type, MaySayNothing) && !await HasBodyAsync(context))
        {
            SayNothing(context);
        }

        await next(context);
    }

    /// <summary>Whether a route with this metadata has a body that may be left out.</summary>
    public bool MaySayNothing(IEnumerable<object> metadata) =>
        metadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType is { } type && _maySayNothing.GetOrAdd(type, MaySayNothing);

    private bool MaySayNothing(Type type)
    {
        var errors = new FieldErrors();
        try
        {
            (JsonSerializer.Deserialize("{}", json.Value.SerializerOptions.GetTypeInfo(type)) as IValidated)?.Validate(errors);
        }
        catch (JsonException)
        {
            return false;
        }

        return !errors.Any;
    }

    private static void SayNothing(HttpContext context)
    {
        context.Request.Body = new MemoryStream("{}"u8.ToArray());
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = 2;
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new Given());
    }

    private static async Task RefuseMembersAsync(HttpContext context, RequestDelegate next)
    {
        if (await FirstMemberAsync(context) is { } member)
        {
            await new Problem(ErrorCodes.UnknownField, JsonProblems.Errors(member, "This route has no fields.")).ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    private static async Task<string?> FirstMemberAsync(HttpContext context)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(
                context.Request.Body, new() { MaxDepth = 16 }, context.RequestAborted);
            return body.RootElement.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.Object => body.RootElement.EnumerateObject().Select(member => JsonProblems.Shown("$." + member.Name))
                    .FirstOrDefault(),
                _ => "$",
            };
        }
        catch (JsonException exception)
        {
            // As where a body is bound: the exception handler tells it.
            throw new BadHttpRequestException("Not JSON.", exception);
        }
    }

    private static bool MayHaveJson(HttpContext context) =>
        context.Request.HasJsonContentType() && !HttpMethods.IsGet(context.Request.Method);

    private static ValueTask<bool> HasBodyAsync(HttpContext context) =>
        context.Request.ContentLength == 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? new(false)
        : context.Request.ContentLength > 0 ? new(true)
        : HasBytesAsync(context);

    // Without a length (chunked, or HTTP/2), only reading tells an empty body. What is there stays for whoever reads the body.
    private static async ValueTask<bool> HasBytesAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        var read = await body.ReadAsync(context.RequestAborted);
        body.AdvanceTo(read.Buffer.Start);
        return !read.Buffer.IsEmpty;
    }

    private sealed class Given : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }
}

internal static class RequestBodiesExtensions
{
    /// <summary>After authorization: whoever may not call a route is told that first.</summary>
    public static void UseRequestBodies(this WebApplication app) =>
        app.Use(app.Services.GetRequiredService<RequestBodies>().PassAsync);
}
