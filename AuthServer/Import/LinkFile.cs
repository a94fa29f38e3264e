using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CsvHelper;

namespace AuthServer.Import;

/// <summary>
/// The file of links: one line per person, CSV or JSON by its extension. A further run appends; half a line left by a killed run is
/// removed, because that person gets a complete one.
/// </summary>
internal sealed class LinkFile : IDisposable
{
    private const string LegacyId = "legacy_id";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };
    private static readonly CsvWriterOptions Spreadsheet = new() { NewLine = "\n", Injection = CsvInjection.Escape };

    private readonly FileStream _file;
    private readonly CsvWriter? _csv;

    // A file that a former version began has four columns.
    private readonly bool _namesLegacyIds;

    private LinkFile(FileStream file, bool isCsv)
    {
        _file = file;
        var isNew = CutHalfLine();
        _namesLegacyIds = isNew || !isCsv || FirstLine().Contains(LegacyId, StringComparison.Ordinal);
        _csv = isCsv ? CsvWriter.Create(file, Spreadsheet, leaveOpen: true) : null;
        if (isNew)
        {
            _csv?.WriteHeader(["email", "name", "link", "expires_at", LegacyId]);
        }
    }

    /// <exception cref="ImportFault">It cannot be written, or others could read it.</exception>
    public static LinkFile Open(string path) =>
        new(PrivateFile.Open(path), string.Equals(Path.GetExtension(path), ".csv", StringComparison.OrdinalIgnoreCase));

    public void Add(string email, string? name, string link, DateTimeOffset expiresAt, string? legacyId)
    {
        var until = expiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (_csv is not null)
        {
            string[] columns = [email, name ?? "", link, until];
            _csv.WriteRecord(_namesLegacyIds ? [.. columns, legacyId ?? ""] : columns);
            return;
        }

        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Readable))
        {
            json.WriteStartObject();
            json.WriteString("email", email);
            json.WriteString("name", name);
            json.WriteString("link", link);
            json.WriteString("expires_at", until);
            json.WriteString(LegacyId, legacyId);
            json.WriteEndObject();
        }

        _file.Write(line.WrittenSpan);
        _file.WriteByte((byte)'\n');
    }

    /// <summary>Flushes to disk.</summary>
    public void Save()
    {
        _csv?.Flush();
        _file.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        _csv?.Dispose();
        _file.Dispose();
    }

    private string FirstLine()
    {
        var end = _file.Position;
        _file.Position = 0;
        using var reader = new StreamReader(_file, leaveOpen: true);
        var line = reader.ReadLine() ?? "";
        _file.Position = end;
        return line;
    }

    // Returns whether nothing is left. Our lines contain no line breaks, because names are cleaned.
    private bool CutHalfLine()
    {
        var end = _file.Length;
        while (end > 0)
        {
            _file.Position = end - 1;
            if (_file.ReadByte() == '\n')
            {
                break;
            }

            end--;
        }

        _file.SetLength(end);
        _file.Position = end;
        return end == 0;
    }
}
