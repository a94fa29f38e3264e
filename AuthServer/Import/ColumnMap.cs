using System.Text.Json;

namespace AuthServer.Import;

/// <summary>Maps columns of the source to fields.</summary>
internal sealed class ColumnMap
{
    private const int MostBytes = 1 << 20;
    private const int LongestShown = 64, MostShown = 50;

    private readonly FieldSet _fields;

    // Field → column, or null if the field is left out. Fields not listed use the column of the same name, if there is one.
    private readonly Dictionary<string, string?> _named;
    private readonly Dictionary<string, string> _columns = new(StringComparer.Ordinal);

    private ColumnMap(FieldSet fields, Dictionary<string, string?> named) => (_fields, _named) = (fields, named);

    /// <summary>Columns by field name; available after <see cref="Resolve"/>.</summary>
    public IReadOnlyDictionary<string, string> Columns => _columns;

    /// <exception cref="ImportFault">The file does not exist or is not a map.</exception>
    public static async Task<ColumnMap> ReadAsync(string? path, FieldSet fields, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return new(fields, new(StringComparer.Ordinal));
        }

        var named = Parse(path, await BytesAsync(path, cancellationToken));
        var unknown = named.Keys.Except(fields.Names, StringComparer.Ordinal).ToList();
        return unknown.Count == 0
            ? new(fields, named)
            : throw new ImportFault(
                $"{path} names unknown fields: {string.Join(", ", unknown)}. There are: {string.Join(", ", fields.Names)}.");
    }

    /// <summary>Finds the columns; returns those that are not used.</summary>
    /// <exception cref="ImportFault">A column is missing or occurs twice.</exception>
    public IReadOnlyList<string> Resolve(IReadOnlyList<string> columns)
    {
        // Spreadsheets leave empty columns without a name.
        columns = [.. columns.Where(column => column.Length > 0)];
        if (columns.GroupBy(column => column, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
        {
            throw new ImportFault($"There are two columns called {Shown(twice.Key)}: it is not clear which is meant.");
        }

        foreach (var field in _fields.Names)
        {
            var isNamed = _named.TryGetValue(field, out var name);
            if (columns.FirstOrDefault(
                column => string.Equals(column, isNamed ? name : field, StringComparison.OrdinalIgnoreCase)) is { } column)
            {
                _columns[field] = column;
            }
        }

        var missing =
            _fields.Names.Where(
                field => !_columns.ContainsKey(field)
                    && (_named.GetValueOrDefault(field) is not null || _fields.Required.Contains(field, StringComparer.Ordinal))).ToList();
        return missing.Count == 0
            ? [.. columns.Except(_columns.Values, StringComparer.OrdinalIgnoreCase).Select(Shown)]
            : throw new ImportFault(
                $"These columns are missing: {string.Join(", ", missing.Select(Described))}. There are: {Shown(columns)}. "
                    + "Map them with --map.");
    }

    // A file may contain anything in its header.
    private static string Shown(string column) =>
        CleanText.Of(column) is { Length: > LongestShown } name ? $"{name[..LongestShown]}…" : column;

    private static string Shown(IReadOnlyList<string> columns) =>
        string.Join(", ", columns.Take(MostShown).Select(Shown)) + (columns.Count > MostShown ? ", …" : "");

    private string Described(string field) =>
        _named.GetValueOrDefault(field) is { } column && column != field ? $"{column} ({field})" : field;

    private static async Task<byte[]> BytesAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length <= MostBytes
                ? await File.ReadAllBytesAsync(path, cancellationToken)
                : throw new ImportFault($"{path} is too large for a map.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImportFault($"{path} cannot be read: {exception.Message}");
        }
    }

    private static Dictionary<string, string?> Parse(string path, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.EnumerateObject().ToDictionary(
                member => member.Name, member => member.Value.GetString(), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ImportFault(
                $"{path} is not a map: a JSON object such as {{\"email\": \"mail_address\", \"specialty\": null}} is needed.");
        }
    }
}
