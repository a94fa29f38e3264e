using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace AuthServer.Platform.ApiReference;

/// <summary>An example of a request body, for the OpenAPI document.</summary>
internal sealed record RequestExample(string Json);

/// <summary>
/// An example of a successful response body, for the OpenAPI document; without a status, for the only successful response.
/// </summary>
internal sealed record AnswerExample(string Json, int? Status)
{
    public bool IsFor(string status) => Status is { } own ? status == own.ToString(CultureInfo.InvariantCulture) : status[0] == '2';
}

/// <summary>Adds the routes' examples to the OpenAPI document.</summary>
internal static class ExampleDescriptions
{
    public static TBuilder WithExample<TBuilder>(this TBuilder builder, string json) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestExample(json));

    public static TBuilder WithAnswer<TBuilder>(this TBuilder builder, string json, int? status = null)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AnswerExample(json, status));

    public static void AddExamples(this OpenApiOperation operation, IList<object> metadata)
    {
        if (metadata.OfType<RequestExample>().LastOrDefault() is { } example)
        {
            Show(example.Json, operation.RequestBody?.Content);
        }

        foreach (var answer in metadata.OfType<AnswerExample>())
        {
            foreach (var response in (operation.Responses ?? []).Where(response => answer.IsFor(response.Key)))
            {
                Show(answer.Json, response.Value.Content);
            }
        }
    }

    private static void Show(string json, IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var type in content?.Values ?? [])
        {
            type.Example = JsonNode.Parse(json);
        }
    }
}
