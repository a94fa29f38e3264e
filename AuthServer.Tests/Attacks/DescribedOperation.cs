using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AuthServer.Tests.Attacks;

/// <summary>An operation in the OpenAPI document.</summary>
internal sealed partial record DescribedOperation(HttpMethod Method, string Path, JsonNode Node, JsonNode Document)
{
    public string Name => $"{Method} {Path}";

    /// <summary>The path's parameters, each with the preceding segment.</summary>
    public IReadOnlyList<(string Segment, string Name)> PathParameters =>
        [.. Parameter().Matches(Path).Select(match => (match.Groups["segment"].Value, match.Groups["name"].Value))];

    public IReadOnlyList<(string Name, bool IsId)> QueryParameters =>
    [
        .. (Node["parameters"]?.AsArray() ?? []).Where(parameter => parameter!["in"]!.GetValue<string>() == "query")
            .Select(parameter => (parameter!["name"]!.GetValue<string>(), parameter["schema"]!["format"]?.GetValue<string>() == "uuid")),
    ];

    public bool IsForm => Content?.Key == "application/x-www-form-urlencoded";

    public JsonObject? Example => Content?.Value!["example"]?.AsObject();

    /// <summary>Every top-level member a body can have.</summary>
    public IEnumerable<string> Members =>
        Content?.Value!["schema"]?["$ref"]?.GetValue<string>().Split('/')[^1] is { } schema
            ? Document["components"]!["schemas"]![schema]!["properties"]!.AsObject().Select(property => property.Key)
            : [];

    private KeyValuePair<string, JsonNode?>? Content => Node["requestBody"]?["content"]!.AsObject().First();

    public static IReadOnlyList<DescribedOperation> AllOf(JsonNode document) =>
        [.. document["paths"]!.AsObject().SelectMany(
            path =>
                path.Value!.AsObject().Select(
                    operation => new DescribedOperation(new(operation.Key.ToUpperInvariant()), path.Key, operation.Value!, document)))];

    [GeneratedRegex(@"(?<segment>[^/{}]+)/\{(?<name>[^}]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
