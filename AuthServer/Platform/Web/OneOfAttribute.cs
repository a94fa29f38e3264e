using System.Reflection;
using AuthServer.Platform.Persistence;

namespace AuthServer.Platform.Web;

/// <summary>Says in the description which values a text, or each of a list, can have.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOfAttribute(params string[] values) : Attribute
{
    /// <summary>Those of an enum, or of a class with a constant or an error for each.</summary>
    public OneOfAttribute(Type source) : this(ValuesOf(source))
    {
    }

    /// <summary>As they are written.</summary>
    public IReadOnlyList<string> Values => values;

    private static string[] ValuesOf(Type source) => source.IsEnum
        ? [.. Enum.GetNames(source).Select(SnakeCase.Of)]
        : [.. source.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => TextOf(field.GetValue(null)))
            .OfType<string>()];

    private static string? TextOf(object? value) => value is ErrorCode error ? error.Code : value as string;
}
