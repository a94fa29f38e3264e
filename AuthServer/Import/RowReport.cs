using System.Globalization;
using AuthServer.Data;
using CsvHelper;

namespace AuthServer.Import;

/// <summary>A CSV file with a line for each row: what became of it, and why.</summary>
internal sealed class RowReport : IDisposable
{
    private readonly FileStream _file;
    private readonly CsvWriter _csv;

    private RowReport(FileStream file)
    {
        _file = file;
        _file.SetLength(0);
        // A name such as =cmd|… would be run by the spreadsheet that opens the report.
        _csv = CsvWriter.Create(file, new CsvWriterOptions { NewLine = "\n", Injection = CsvInjection.Escape }, leaveOpen: true);
        _csv.WriteHeader(["row", "legacy_id", "email", "result", "reason", "note", "warnings"]);
    }

    /// <exception cref="ImportFault">It cannot be written, or others could read it.</exception>
    public static RowReport Open(string path) => new(PrivateFile.Open(path));

    public void Add(RowResult result) => _csv.WriteRecord([
        result.Row.ToString(CultureInfo.InvariantCulture), result.LegacyId ?? "", result.Email ?? "", SnakeCase.Of(result.Outcome),
        result.Reason ?? "", result.Note ?? "", string.Join("; ", result.Warnings)]);

    public void Dispose()
    {
        _csv.Dispose();
        _file.Dispose();
    }
}
