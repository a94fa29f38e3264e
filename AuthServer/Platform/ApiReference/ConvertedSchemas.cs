using System.Reflection;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AuthServer.Platform.ApiReference;

/// <summary>
/// Describes types with converters of our own: the framework cannot see into them, and clients send the plain value.
/// </summary>
internal static class ConvertedSchemas
{
    public static void DescribeConverted(this OpenApiOptions options)
    {
        options.CreateSchemaReferenceId = type =>
            PlainOf(type.Type) is null ? PageNames.Of(type.Type) ?? OpenApiOptions.CreateDefaultSchemaReferenceId(type) : null;
        options.AddSchemaTransformer(DescribeAsync);
    }

    private static async Task DescribeAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if ((Nullable.GetUnderlyingType(Plain(context.JsonTypeInfo.Type)) ?? Plain(context.JsonTypeInfo.Type)) == typeof(DateTimeOffset))
        {
            (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
            if (Plain(context.JsonTypeInfo.Type) != typeof(DateTimeOffset))
            {
                schema.Type |= JsonSchemaType.Null;
            }
        }
        else if (PlainOf(context.JsonTypeInfo.Type) is { } type)
        {
            var plain = await context.GetOrCreateSchemaAsync(Nullable.GetUnderlyingType(type) ?? type, null, cancellationToken);
            (schema.Type, schema.Format) = (CanBeNull(type, context) ? plain.Type | JsonSchemaType.Null : plain.Type, plain.Format);
        }
    }

    private static Type Plain(Type type) => PlainOf(type) ?? type;

    private static Type? PlainOf(Type type) => type == typeof(Secret)
        ? typeof(string)
        : OptionalConverter.ValueOf(type) ?? type.GetCustomAttribute<SentAsAttribute>()?.Type;

    private static bool CanBeNull(Type plain, OpenApiSchemaTransformerContext context) =>
        context.JsonTypeInfo.Type == typeof(Secret)
            ? context.JsonPropertyInfo?.IsGetNullable != false
            : !plain.IsValueType || Nullable.GetUnderlyingType(plain) is not null;
}
