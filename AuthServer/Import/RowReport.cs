using System.Globalization;
using System.Text;
using AuthServer.Platform.Persistence;
using CsvHelper;

namespace AuthServer.Import;

/// <summary>A CSV file with a line for each row: what became of it, and why.</summary>
internal sealed class RowReport : IDisposable
{
    private static readonly string[] Columns = ["row", "legacy_id", "email", "result", "reason", "note", "warnings"];

    private readonly FileStream _file;
    private readonly CsvWriter _csv;

    private RowReport(FileStream file)
    {
        _file = file;
        _file.SetLength(0);
        // A name such as =cmd|… would be executed by the spreadsheet that opens the report.
        _csv = CsvWriter.Create(file, new CsvWriterOptions { NewLine = "\n", Injection = CsvInjection.Escape }, leaveOpen: true);
        _csv.WriteHeader(Columns);
    }

    /// <summary>
    /// Creates the report or overwrites an earlier one, but no other file, which could be the operator's only copy of something.
    /// </summary>
    /// <exception cref="ImportFault">It cannot be written, is something else, or others could read it.</exception>
    public static RowReport Open(string path)
    {
        var file = PrivateFile.Open(path);
        if (IsReport(file))
        {
            return new(file);
        }

        file.Dispose();
        throw new ImportFault($"{path} already exists, and is not the report of an import: name another file.");
    }

    public void Add(RowResult result) => _csv.WriteRecord([
        result.Row.ToString(CultureInfo.InvariantCulture), result.LegacyId ?? "", result.Email ?? "", SnakeCase.Of(result.Outcome),
        result.Reason ?? "", result.Note ?? "", string.Join("; ", result.Warnings)]);

    private static bool IsReport(FileStream file)
    {
        var start = new byte[128];
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        var header = Encoding.UTF8.GetString(start, 0, length).Replace("\"", "", StringComparison.Ordinal).TrimStart('\uFEFF');
        return length == 0 || header.StartsWith(string.Join(',', Columns) + '\n', StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _csv.Dispose();
        _file.Dispose();
    }
}
