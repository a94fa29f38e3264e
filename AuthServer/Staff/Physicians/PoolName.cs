using System.Text.Json;
using System.Text.Json.Serialization;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Physicians;

/// <summary>
/// A private pool's name, or null for none. Apps of old send a boolean: true keeps the pool, or takes one without a name of its own;
/// false is null.
/// </summary>
[JsonConverter(typeof(PoolNameConverter))]
[SentAs(typeof(string))]
public readonly record struct PoolName
{
    internal PoolName(string? name) => Name = name;

    /// <summary>The name; null for none, and where the one there is stays.</summary>
    public string? Name { get; private init; }

    /// <summary>Whether the pool there is stays.</summary>
    internal bool IsAnyPool { get; private init; }

    internal static PoolName AnyPool { get; } = new() { IsAnyPool = true };
}

internal sealed class PoolNameConverter : JsonConverter<PoolName>
{
    public override bool HandleNull => true;

    public override PoolName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True => PoolName.AnyPool,
        JsonTokenType.False or JsonTokenType.Null => new(null),
        _ => new(reader.GetString()),
    };

    public override void Write(Utf8JsonWriter writer, PoolName value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
