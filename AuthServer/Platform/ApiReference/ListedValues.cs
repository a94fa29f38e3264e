using System.Text.Json.Nodes;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AuthServer.Platform.ApiReference;

/// <summary>Describes the values of members that can only have a few.</summary>
internal static class ListedValues
{
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var values = context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(OneOfAttribute), inherit: false)
            .Cast<OneOfAttribute>().SingleOrDefault()?.Values;
        if (values is not null && context.JsonTypeInfo.Type == context.JsonPropertyInfo!.PropertyType)
        {
            Limit(schema, values);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// A text, or the items of a list. Lists, and names with dots or colons, are told as an extension: the usual generator for C# makes an
    /// enum of them that cannot read its own values.
    /// </summary>
    public static void Limit(OpenApiSchema schema, IReadOnlyList<string> values)
    {
        var text = schema.Items as OpenApiSchema ?? schema;
        var listed = values.Select(value => (JsonNode)JsonValue.Create(value)).ToList();
        if (text == schema && values.All(value => value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')))
        {
            text.Enum = listed;
        }
        else
        {
            text.AddExtension("x-extensible-enum", new JsonNodeExtension(new JsonArray([.. listed])));
        }
    }
}
