using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AuthServer.Import;

/// <summary>A JSON array of objects; a row's number is its position in the array.</summary>
internal sealed class JsonSource(SourceFile file) : ImportSource
{
    private static readonly JsonSerializerOptions Strict =
        new() { AllowDuplicateProperties = false, TypeInfoResolver = ImportJson.Default, DefaultBufferSize = 1 << 16 };

    public override IAsyncEnumerable<RawRow> ReadAsync(IReadOnlyCollection<string>? columns, CancellationToken cancellationToken) =>
        ExplainedAsync(
            RowsAsync(columns, cancellationToken),
            exception => exception is JsonException fault
                ? $"{file.Path} is not JSON from line {fault.LineNumber + 1} on. The file may have been cut off."
                : null,
            cancellationToken);

    private async IAsyncEnumerable<RawRow> RowsAsync(
        IReadOnlyCollection<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0L;
        await using var bounded =
            new BoundedStream(file.OpenText(), () => $"{file.Path}: row {number + 1} is longer than {LargestRow} bytes.");
        await foreach (var element in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(bounded, Strict, cancellationToken))
        {
            bounded.Restart();
            yield return JsonRows.Of(++number, element, columns);
        }
    }

    // The serialiser would hold a value of any length in memory.
    private sealed class BoundedStream(Stream inner, Func<string> fault) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Restart() => _read = 0;

        public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Counted(await inner.ReadAsync(buffer, cancellationToken));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }

        // Twice the limit, because the serialiser reads ahead into the next rows.
        private int Counted(int count) => (_read += count) <= 2L * LargestRow ? count : throw new ImportFault(fault());
    }
}
