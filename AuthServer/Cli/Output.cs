using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AuthServer.Cli;

/// <summary>
/// What a command says. For people: text, and notes beside it on standard error. With <c>--json</c>: one document, or one
/// line for each item of a list, in the spelling of the API, and nothing else.
/// </summary>
internal sealed class Output(Terminal terminal, bool isJson, JsonSerializerOptions json)
{
    public Terminal Terminal => terminal;

    public bool IsJson => isJson;

    /// <summary>The answer, or one item of a list.</summary>
    /// <param name="value">As JSON; its type stands in some slice's serialisation context, or in <see cref="CliJson"/>.</param>
    /// <param name="text">The same for people.</param>
    public void Write<T>(T value, string text) =>
        terminal.Out.WriteLine(isJson ? JsonSerializer.Serialize(value, (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T))) : text);

    /// <summary>For people alone, and not a part of the answer: what is going on, how many there were.</summary>
    public void Note(string text)
    {
        if (!isJson)
        {
            terminal.Error.WriteLine(text);
        }
    }

    /// <summary>Why it was not done.</summary>
    public void Fail(string text, string? code = null) =>
        terminal.Error.WriteLine(isJson ? JsonSerializer.Serialize(new CommandError(text, code), CliJson.Default.CommandError) : text);
}

/// <summary>Why a command was not done.</summary>
/// <param name="Error">For a person.</param>
/// <param name="Code">Where the API has one for it.</param>
internal sealed record CommandError(string Error, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code);
