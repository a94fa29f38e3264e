using System.Text.Json;
using System.Text.Json.Serialization;

namespace AuthServer.Platform.Web;

/// <summary>A password or token that somebody sent. Its text form is constant, so that no log can show it by accident.</summary>
[JsonConverter(typeof(SecretConverter))]
public sealed class Secret
{
    private readonly string _text;

    private Secret(string text) => _text = text;

    /// <summary>Null for null: nothing was sent.</summary>
    internal static Secret? Of(string? text) => text is null ? null : new(text);

    /// <summary>The actual value, for code that checks or hashes it.</summary>
    internal string Reveal() => _text;

    /// <inheritdoc />
    public override string ToString() => "[redacted]";
}

/// <summary>Reads a string; never writes it.</summary>
internal sealed class SecretConverter : JsonConverter<Secret>
{
    public override Secret? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Secret.Of(reader.GetString());

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
