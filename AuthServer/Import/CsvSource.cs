using System.Runtime.CompilerServices;
using CsvHelper;

namespace AuthServer.Import;

/// <summary>RFC 4180, separated by commas, semicolons, tabs or bars, detected from the first lines.</summary>
internal sealed class CsvSource(SourceFile file) : ImportSource
{
    public override async Task<(IReadOnlyList<string> Columns, long Rows)> LookAsync(CancellationToken cancellationToken)
    {
        var (_, rows) = await base.LookAsync(cancellationToken);
        await using var reader = Open(static _ => { });
        await reader.ReadHeaderAsync(cancellationToken);
        return (Names(reader), rows);
    }

    public override IAsyncEnumerable<RawRow> ReadAsync(IReadOnlyCollection<string>? columns, CancellationToken cancellationToken) =>
        ExplainedAsync(
            RowsAsync(columns, cancellationToken), exception => exception is CsvFormatException fault ? Said(fault) : null,
            cancellationToken);

    private async IAsyncEnumerable<RawRow> RowsAsync(
        IReadOnlyCollection<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CsvMalformedRecord? malformed = null;
        await using var reader = Open(found => malformed = found);
        await reader.ReadHeaderAsync(cancellationToken);
        var names = Names(reader);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (malformed is { Reason: CsvMalformedReason.UnterminatedQuote })
            {
                throw new ImportFault(
                    $"{file.Path}: the row that begins at line {reader.LineNumber} opens a quote that is never closed. "
                        + "The file may have been cut off.");
            }

            yield return Row(reader, names, columns, malformed);
            malformed = null;
        }
    }

    // A quote within a field stands for itself: Hebrew abbreviations contain one.
    private static RawRow Row(CsvReader reader, List<string> names, IReadOnlyCollection<string>? columns, CsvMalformedRecord? malformed)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < Math.Min(names.Count, reader.FieldCount); index++)
        {
            if (columns is null || columns.Contains(names[index], StringComparer.OrdinalIgnoreCase))
            {
                values[names[index]] = reader.GetString(index);
            }
        }

        var fault = reader.FieldCount != names.Count
            ? RowReasons.FieldCount
            : malformed is { Reason: CsvMalformedReason.TextAfterClosingQuote } ? RowReasons.Malformed : null;
        return new(reader.LineNumber, values, fault);
    }

    private CsvReader Open(Action<CsvMalformedRecord> found) => CsvReader.Create(file.OpenText(), new CsvReaderOptions
    {
        MaxRecordSize = LargestRow,
        TrackLineNumbers = true,
        IncludeValuesInExceptions = false,
        OnMalformedRecord = found,
    });

    private static List<string> Names(CsvReader reader) => [.. reader.Headers.ToArray().Select(name => CleanText.Of(name) ?? "")];

    private string Said(CsvFormatException fault) =>
        fault.Message.Contains(nameof(CsvReaderOptions.MaxRecordSize), StringComparison.Ordinal)
        ? $"{file.Path}: row {fault.RecordNumber} (the header is row 1) is longer than {LargestRow} bytes. Is a quote not closed?"
        : $"{file.Path}: {fault.Message}";
}
