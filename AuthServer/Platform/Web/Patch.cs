using System.Reflection;
using AuthServer.Platform.Persistence;

namespace AuthServer.Platform.Web;

/// <summary>
/// Changes to some fields. Typed clients send null for every member that is not set, so null changes nothing: what is to be cleared is
/// named in <c>clear</c>. Whoever sends <c>application/merge-patch+json</c> says that they mean RFC 7396, where null clears.
/// </summary>
internal interface IPatch : IValidated
{
    /// <summary>The fields to clear.</summary>
    IReadOnlyList<string?>? Clear { get; }

    /// <summary>For nulls that no <see cref="Optional{T}"/> holds: here they clear, or are refused.</summary>
    void TakeNulls()
    {
    }
}

internal static class Patch
{
    public const string MergeType = "application/merge-patch+json";

    /// <summary>Both media types; the second is for clients that write their JSON by hand.</summary>
    public static RouteHandlerBuilder AcceptsPatch<T>(this RouteHandlerBuilder route) where T : notnull =>
        route.Accepts<T>("application/json", MergeType);

    /// <summary>The fields that can be cleared.</summary>
    public static IReadOnlyList<string> Clearable(Type type) =>
        [.. Fields(type).Where(field => IsClearable(field.Property)).Select(field => field.Name)];

    /// <summary>Makes of nulls what the media type says they are, and then clears what is to be cleared.</summary>
    public static void Settle(IPatch patch, HttpRequest request, FieldErrors errors)
    {
        if (request.ContentType?.StartsWith(MergeType, StringComparison.OrdinalIgnoreCase) != true)
        {
            ForgetNulls(patch);
        }
        else
        {
            patch.TakeNulls();
        }

        // Stops at the first: the list may be as long as the body.
        if (patch.Clear?.Any(name => !Change(patch, name)) == true)
        {
            errors.Add("clear", $"One of: {string.Join(", ", Clearable(patch.GetType()))}; and none that is given as well.");
        }
    }

    private static void ForgetNulls(object patch)
    {
        foreach (var property in patch.GetType().GetProperties())
        {
            if (property.GetValue(patch) is IOptional { IsNull: true })
            {
                property.SetValue(patch, Activator.CreateInstance(property.PropertyType));
            }
            else if (property.GetValue(patch) is IPatchPart part)
            {
                ForgetNulls(part);
            }
        }
    }

    private static bool Change(object patch, string? name)
    {
        var (first, rest) = name?.Split('.', 2) is [var part, var more] ? (part, more) : (name, null);
        var property = patch.GetType().GetProperties().SingleOrDefault(property =>
            SnakeCase.Of(property.Name).Equals(first, StringComparison.OrdinalIgnoreCase));
        if (rest is not null)
        {
            return property?.PropertyType.IsAssignableTo(typeof(IPatchPart)) == true && Change(Part(patch, property), rest);
        }

        if (property is null || !IsClearable(property) || property.GetValue(patch) is not IOptional { IsGiven: false } kept)
        {
            return false;
        }

        property.SetValue(patch, kept.Cleared);
        return true;
    }

    private static object Part(object patch, PropertyInfo property)
    {
        var part = property.GetValue(patch) ?? Activator.CreateInstance(property.PropertyType)!;
        property.SetValue(patch, part);
        return part;
    }

    private static IEnumerable<(string Name, PropertyInfo Property)> Fields(Type type) =>
        type.GetProperties().SelectMany(property => property.PropertyType.IsAssignableTo(typeof(IPatchPart))
            ? Fields(property.PropertyType).Select(field => ($"{SnakeCase.Of(property.Name)}.{field.Name}", field.Property))
            : [(SnakeCase.Of(property.Name), property)]);

    private static bool IsClearable(PropertyInfo property) =>
        OptionalConverter.ValueOf(property.PropertyType) is { } value
        && (Nullable.GetUnderlyingType(value) is not null || !value.IsValueType)
        && !property.IsDefined(typeof(NeverClearedAttribute), inherit: false);
}

/// <summary>An object inside a patch, merged like it.</summary>
internal interface IPatchPart;

/// <summary>A field that every such thing has: it can be changed, and not cleared.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NeverClearedAttribute : Attribute;
