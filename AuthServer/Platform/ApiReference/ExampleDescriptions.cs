using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace AuthServer.Platform.ApiReference;

/// <summary>A body as a person would send it, for the description.</summary>
internal sealed record RequestExample(string Json);

/// <summary>The body of a good answer, for the description: of the one with this status, or of whichever there is.</summary>
internal sealed record AnswerExample(string Json, int? Status)
{
    public bool IsFor(string status) => Status is { } own ? status == own.ToString(CultureInfo.InvariantCulture) : status[0] == '2';
}

/// <summary>Puts what routes show as examples into the description.</summary>
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
