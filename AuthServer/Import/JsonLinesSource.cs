using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AuthServer.Import;

/// <summary>
/// One JSON object per line. A malformed line is skipped, unless it is the last and the file was cut off within it.
/// </summary>
internal sealed class JsonLinesSource(SourceFile file) : ImportSource
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public override async IAsyncEnumerable<RawRow> ReadAsync(
        IReadOnlyCollection<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = PipeReader.Create(file.OpenText(), new StreamPipeReaderOptions(bufferSize: 1 << 16));
        try
        {
            for (var number = 1L; await LineAsync(lines, number, cancellationToken) is { } line; number++)
            {
                if (!IsBlank(line.Bytes))
                {
                    yield return Row(number, line, columns);
                }
            }
        }
        finally
        {
            await lines.CompleteAsync();
        }
    }

    private async Task<Line?> LineAsync(PipeReader lines, long number, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await lines.ReadAsync(cancellationToken);
            var end = read.Buffer.PositionOf((byte)'\n');
            if ((end is null ? read.Buffer : read.Buffer.Slice(0, end.Value)).Length > LargestRow)
            {
                throw new ImportFault($"{file.Path}: line {number} is longer than {LargestRow} bytes.");
            }

            if (end is { } position)
            {
                var bytes = read.Buffer.Slice(0, position).ToArray();
                lines.AdvanceTo(read.Buffer.GetPosition(1, position));
                return new(bytes, IsWhole: true);
            }

            if (read.IsCompleted)
            {
                var rest = read.Buffer.ToArray();
                lines.AdvanceTo(read.Buffer.End);
                return rest.Length == 0 ? null : new(rest, IsWhole: false);
            }

            lines.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private RawRow Row(long number, Line line, IReadOnlyCollection<string>? columns)
    {
        try
        {
            using var document = JsonDocument.Parse(line.Bytes, Strict);
            return JsonRows.Of(number, document.RootElement, columns);
        }
        catch (JsonException) when (line.IsWhole)
        {
            return new(number, new Dictionary<string, string?>(StringComparer.Ordinal), RowReasons.Malformed);
        }
        catch (JsonException)
        {
            throw new ImportFault($"{file.Path}: line {number}, the last, is not JSON. The file may have been cut off.");
        }
    }

    private static bool IsBlank(byte[] line) => !line.AsSpan().ContainsAnyExcept(" \t\r"u8);

    private sealed record Line(byte[] Bytes, bool IsWhole);
}
