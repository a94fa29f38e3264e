using System.Text.Json;
using System.Text.Json.Serialization;

namespace AuthServer.Import;

/// <summary>Reads rows from JSON objects: text, numbers and booleans as written; lists for patients only.</summary>
internal static class JsonRows
{
    public static RawRow Of(long number, JsonElement element, IReadOnlyCollection<string>? columns)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new(number, values, RowReasons.Malformed);
        }

        string? fault = null;
        foreach (var member in element.EnumerateObject().Where(
            member => columns is null || columns.Contains(member.Name, StringComparer.OrdinalIgnoreCase)))
        {
            if (!TryRead(member.Value, out var text) | !values.TryAdd(member.Name.Trim(), text))
            {
                fault = RowReasons.Malformed;
            }
        }

        return new(number, values, fault);
    }

    // Half a surrogate pair is not valid text.
    private static bool TryRead(JsonElement value, out string? text)
    {
        try
        {
            text = value.ValueKind switch
            {
                JsonValueKind.Null or JsonValueKind.Undefined => null,
                JsonValueKind.String => value.GetString(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => value.GetRawText(),
            };
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }
}

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ImportJson : JsonSerializerContext;
