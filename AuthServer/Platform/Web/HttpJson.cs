using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AuthServer.Platform.Web;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(OAuthErrorBody))]
internal sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>For bodies that are written by hand, with the same naming as all others.</summary>
    public static HttpJson Written { get; } =
        new(JsonRegistration.ByHand());
}

internal static class JsonRegistration
{
    // Names in any script stay readable: responses are JSON with nosniff, never part of an HTML page.
    internal static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The form of answers that are written by hand.</summary>
    internal static JsonSerializerOptions ByHand() =>
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = Readable, Converters = { new UtcTimes() } };

    /// <summary>Strict JSON: snake_case, and nothing unknown, duplicate or missing is silently accepted.</summary>
    public static void AddStrictJson(this IServiceCollection services)
    {
        services.AddJson(HttpJson.Default);
        services.ConfigureHttpJsonOptions(options =>
        {
            var json = options.SerializerOptions;
            json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.PropertyNameCaseInsensitive = false;
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.AllowDuplicateProperties = false;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.RespectNullableAnnotations = true;
            json.RespectRequiredConstructorParameters = true;
            json.MaxDepth = 16;
            json.Encoder = Readable;
            json.Converters.Add(new UtcTimes());
        });
        // The same in every environment, so that the error can name the field.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    /// <summary>The source-generated serialisation code of one leaf.</summary>
    public static void AddJson(this IServiceCollection services, IJsonTypeInfoResolver resolver) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, resolver));
}
