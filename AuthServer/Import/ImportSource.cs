using System.Runtime.CompilerServices;

namespace AuthServer.Import;

/// <summary>A row as the source provides it.</summary>
/// <param name="Number">The line in the file, or the number in the table or array.</param>
/// <param name="Values">By column; empty values may be missing.</param>
/// <param name="Fault">Why it cannot be imported, in one word; null if it can be read.</param>
internal sealed record RawRow(long Number, IReadOnlyDictionary<string, string?> Values, string? Fault = null);

/// <summary>A row by field name.</summary>
internal sealed record SourceRow(RawRow Raw, ColumnMap Map)
{
    public string? this[string field] => Map.Columns.TryGetValue(field, out var column) ? Raw.Values.GetValueOrDefault(column) : null;
}

/// <summary>A source of rows. It is read once completely before the first row is imported.</summary>
internal abstract class ImportSource : IAsyncDisposable
{
    /// <summary>The maximum size of a row; lists of patient ids can be long.</summary>
    public const int LargestRow = 1 << 20;

    /// <summary>Returns the columns and the number of rows.</summary>
    /// <exception cref="ImportFault">The source cannot be read completely.</exception>
    public virtual async Task<(IReadOnlyList<string> Columns, long Rows)> LookAsync(CancellationToken cancellationToken)
    {
        var (columns, rows) = (new List<string>(), 0L);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var row in ReadAsync(null, cancellationToken))
        {
            rows++;
            columns.AddRange(row.Values.Keys.Where(seen.Add));
        }

        return (columns, rows);
    }

    /// <summary>The rows with these columns, or with all if null.</summary>
    /// <exception cref="ImportFault">The source cannot be read completely.</exception>
    public abstract IAsyncEnumerable<RawRow> ReadAsync(IReadOnlyCollection<string>? columns, CancellationToken cancellationToken);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <exception cref="ImportFault">The source does not exist or cannot be read.</exception>
    public static async Task<ImportSource> OpenAsync(ImportRequest request, CancellationToken cancellationToken)
    {
        if (request.From.StartsWith("postgres://", StringComparison.Ordinal)
            || request.From.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            return request.Fields == FieldSet.Physicians
                ? await PostgresSource.OpenAsync(request.From, request.Table ?? "dd_api.groups", cancellationToken)
                : throw new ImportFault("Users come from a file: .csv, .json or .jsonl.");
        }

        var file = SourceFile.Open(request.From, request.Encoding);
        return Path.GetExtension(request.From).ToUpperInvariant() switch
        {
            ".CSV" or ".TSV" or ".TXT" => new CsvSource(file),
            ".JSONL" or ".NDJSON" => new JsonLinesSource(file),
            ".JSON" => file.StartsWith('[') ? new JsonSource(file) : new JsonLinesSource(file),
            _ =>
                throw new ImportFault(
                    $"{request.From}: a file must end in .csv, .json or .jsonl, and a database begin with postgresql://."),
        };
    }

    /// <summary>Translates the reader's exceptions.</summary>
    protected static async IAsyncEnumerable<RawRow> ExplainedAsync(
        IAsyncEnumerable<RawRow> rows, Func<Exception, string?> explain, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var each = rows.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await each.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception exception) when (explain(exception) is { } reason)
            {
                throw new ImportFault(reason);
            }

            yield return each.Current;
        }
    }
}
