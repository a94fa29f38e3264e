using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AuthServer.Cli;

/// <summary>
/// The output of a command. By default text, with notes on standard error. With <c>--json</c>: one document, or one line for each
/// item of a list, in the API's naming, and nothing else.
/// </summary>
internal sealed class Output(Terminal terminal, bool isJson, JsonSerializerOptions json)
{
    private bool _hasHeader;

    public Terminal Terminal => terminal;

    public bool IsJson => isJson;

    /// <summary>Writes the answer, or one item of a list.</summary>
    /// <param name="value">Written with <c>--json</c>; its type must be in a leaf's serialisation context or in <see
    /// cref="CliJson"/>.</param>
    /// <param name="text">Written otherwise.</param>
    public void Write<T>(T value, string text) =>
        terminal.Out.WriteLine(isJson ? JsonSerializer.Serialize(value, (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T))) : text);

    /// <summary>Writes a list or a page of one, in text below a header; the header is written once.</summary>
    public void WriteList<T>(string header, IReadOnlyList<T> items, Func<T, string> text)
    {
        if (!isJson && !_hasHeader && items.Count > 0)
        {
            terminal.Out.WriteLine(header);
            _hasHeader = true;
        }

        foreach (var item in items)
        {
            Write(item, text(item));
        }
    }

    /// <summary>Text that is not part of the answer, such as progress or a count; omitted with <c>--json</c>.</summary>
    public void Note(string text)
    {
        if (!isJson)
        {
            terminal.Error.WriteLine(text);
        }
    }

    public void Fail(string text, string? code = null) =>
        terminal.Error.WriteLine(isJson ? JsonSerializer.Serialize(new CommandError(text, code), CliJson.Default.CommandError) : text);
}

/// <summary>An error, with the API's code if it has one.</summary>
internal sealed record CommandError(string Error, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code);
