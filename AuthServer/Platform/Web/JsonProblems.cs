using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace AuthServer.Platform.Web;

/// <summary>
/// Says what is wrong with a JSON body, and with which member. The serialiser throws one exception type for everything; the causes
/// are distinguished by the path and the inner exception, never by the English text.
/// </summary>
internal static class JsonProblems
{
    public static Problem For(HttpContext context, JsonException exception)
    {
        if (exception.Path is null or "$" || exception.InnerException is JsonException)
        {
            return ErrorCodes.MalformedJson;
        }

        var field = Shown(exception.Path);
        var isRefusedName = exception.InnerException is null && !IsKnownObject(context, field);
        return isRefusedName ? new(ErrorCodes.UnknownField, Errors(field, "Not a field of this request, or given twice."))
            : exception.InnerException is NoTimeException time ? new(ErrorCodes.ValidationFailed, Errors(field, time.Message))
            : new(ErrorCodes.ValidationFailed, Errors(field, "Of the wrong type."));
    }

    internal static Dictionary<string, string[]> Errors(string field, string message) =>
        new(StringComparer.Ordinal) { [field] = [message] };

    // An invented member name is only returned to its sender, but truncated anyway.
    internal static string Shown(string path) => path.StartsWith("$.", StringComparison.Ordinal) ? path[2..Math.Min(path.Length, 66)] : "$";

    // A known member that is an object fails with the same kind of exception when it is given a string as an unknown member does.
    private static bool IsKnownObject(HttpContext context, string field) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } type
        && context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions is var json
        && json.GetTypeInfo(type).Properties.FirstOrDefault(property => property.Name == field) is { } known
        && json.GetTypeInfo(known.PropertyType).Kind != JsonTypeInfoKind.None;
}
