using System.Globalization;
using System.Text.Json;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace AuthServer.Platform.ApiReference;

/// <summary>
/// Describes requests by what their own validation demands, so that the two cannot differ: which fields are needed, their lengths and
/// their values. Null is described only where it means something, because typed clients would otherwise send it for every member that
/// is not set.
/// </summary>
internal static class RequestSchemas
{
    public static void Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context)
    {
        var json = context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        foreach (var type in context.DescriptionGroups
            .SelectMany(group => group.Items)
            .Select(route => route.ActionDescriptor.EndpointMetadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType)
            .OfType<Type>()
            .Distinct())
        {
            if (document.Components!.Schemas!.TryGetValue(type.Name, out var found) && found is OpenApiSchema schema)
            {
                Describe(schema, JsonSerializer.Deserialize("{}", json.GetTypeInfo(type)) as IValidated);
            }
        }
    }

    private static void Describe(OpenApiSchema schema, IValidated? nothing)
    {
        var (rules, required) = nothing is null ? (null, []) : FieldErrors.Of(nothing);
        foreach (var (name, property) in schema.Properties?.ToList() ?? [])
        {
            var rule = rules?.GetValueOrDefault(name) ?? new();
            schema.Properties![name] = rule.MayBeNull ? property : WithoutNull(property);
            if (schema.Properties[name] is OpenApiSchema own)
            {
                Apply(rule, own);
            }
        }

        schema.Required = required.Where(name => schema.Properties?.ContainsKey(name) == true).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Null as one of two possibilities, or as a second type.</summary>
    public static IOpenApiSchema WithoutNull(IOpenApiSchema schema)
    {
        if (schema is OpenApiSchema { OneOf: { Count: 2 } parts })
        {
            return parts.Single(part => part.Type != JsonSchemaType.Null);
        }

        if (schema is OpenApiSchema { Type: { } type } own)
        {
            own.Type = type & ~JsonSchemaType.Null;
        }

        return schema;
    }

    private static void Apply(FieldRule rule, OpenApiSchema schema)
    {
        schema.MinLength = rule.MinLength;
        schema.MaxLength = rule.MaxLength;
        schema.Pattern = rule.Pattern;
        schema.Format ??= rule.Format;
        schema.Minimum ??= rule.Least?.ToString(CultureInfo.InvariantCulture);
        schema.Maximum ??= rule.Most?.ToString(CultureInfo.InvariantCulture);
        if (rule.Values is { } values)
        {
            ListedValues.Limit(schema, values);
        }
    }
}
