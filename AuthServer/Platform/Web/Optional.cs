using System.Text.Json;
using System.Text.Json.Serialization;

namespace AuthServer.Platform.Web;

/// <summary>A request field that may be left out, which differs from null (RFC 7396).</summary>
[JsonConverter(typeof(OptionalConverter))]
public readonly record struct Optional<T> : IOptional
{
    internal Optional(T value) => (Value, IsGiven) = (value, true);

    /// <summary>The value sent; the type's default if the field was left out.</summary>
    public T Value { get; }

    /// <summary>Whether the field was present.</summary>
    public bool IsGiven { get; }

    bool IOptional.IsNull => IsGiven && Value is null;

    object IOptional.Cleared => new Optional<T>(default!);

    internal T Or(T kept) => IsGiven ? Value : kept;

    internal Optional<T> Map(Func<T, T> change) => IsGiven ? new(change(Value)) : this;
}

/// <summary>The same, whatever its type.</summary>
internal interface IOptional
{
    bool IsGiven { get; }

    bool IsNull { get; }

    object Cleared { get; }
}

/// <summary>Reads the plain value: being called at all means that the field is present.</summary>
internal sealed class OptionalConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => ValueOf(typeToConvert) is not null;

    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        ValueOf(typeToConvert) is { } value
            ? (JsonConverter?)Activator.CreateInstance(typeof(Plain<>).MakeGenericType(value), options.GetConverter(value))
            : null;

    /// <summary>The wrapped type; null for any other type.</summary>
    public static Type? ValueOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>) ? type.GetGenericArguments()[0] : null;

    // Uses the value's own converter: starting the serialiser anew would lose the path to the invalid field.
    private sealed class Plain<T>(JsonConverter<T> value) : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.TokenType == JsonTokenType.Null && default(T) is null ? default! : value.Read(ref reader, typeof(T), options)!);

        public override void Write(Utf8JsonWriter writer, Optional<T> optional, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, optional.Value, options);
    }
}
