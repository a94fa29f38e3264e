using System.Text;

namespace AuthServer.Import;

/// <summary>
/// A text file, read as UTF-8. The whole file is checked against its declared encoding before anything is imported: one wrong guess
/// would fill a clinic with unreadable names.
/// </summary>
internal sealed class SourceFile
{
    private const int BufferSize = 1 << 16;
    private const int LongestCharacter = 4;

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly byte[] ExcelMark = "PK\u0003\u0004"u8.ToArray();

    private readonly Encoding _encoding;
    private readonly int _preamble;

    private SourceFile(string path, Encoding encoding, int preamble) => (Path, _encoding, _preamble) = (path, encoding, preamble);

    public string Path { get; }

    /// <exception cref="ImportFault">It does not exist, is empty, or is not text in this encoding.</exception>
    public static SourceFile Open(string path, string? encodingName)
    {
        var given = encodingName is null ? Utf8 : Named(encodingName);
        try
        {
            using var file = OpenRead(path);
            var start = new byte[BufferSize];
            var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            var (encoding, preamble) = Marked(start.AsSpan(0, length)) ?? (given, 0);
            if (start.AsSpan(0, length).StartsWith(ExcelMark))
            {
                throw new ImportFault($"{path} is an Excel workbook or another archive: save it as \"CSV UTF-8\".");
            }

            file.Position = preamble;
            CheckText(file, path, encoding, isGuessed: encodingName is null && preamble == 0);
            return new(path, encoding, preamble);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImportFault($"{path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>From the beginning, in UTF-8 without a byte order mark.</summary>
    public Stream OpenText()
    {
        var file = OpenRead(Path);
        file.Position = _preamble;
        return _encoding is UTF8Encoding ? file : Encoding.CreateTranscodingStream(file, _encoding, Utf8);
    }

    /// <summary>Whether this is the first non-blank character.</summary>
    public bool StartsWith(char character)
    {
        using var reader = new StreamReader(OpenText(), Utf8);
        int read;
        while ((read = reader.Read()) >= 0 && char.IsWhiteSpace((char)read))
        {
        }

        return read == character;
    }

    // Reads of 64 KiB, without another buffer in front.
    private static FileStream OpenRead(string path)
    {
        var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = BufferSize });
        if (file.CanSeek)
        {
            return file;
        }

        file.Dispose();
        throw new ImportFault($"{path} is not a regular file: it is read twice, so it cannot be a pipe.");
    }

    private static Encoding Named(string name)
    {
        try
        {
            var found =
                CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return found is UTF8Encoding ? Utf8 : found;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ImportFault($"--encoding {name} is not known. Try windows-1255 (Hebrew), windows-1252 (Western) or utf-16.");
        }
    }

    private static (Encoding Encoding, int Preamble)? Marked(ReadOnlySpan<byte> start) => start switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Utf8, 3),
        [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true), 2),
        [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true), 2),
        _ => null,
    };

    private static void CheckText(FileStream file, string path, Encoding encoding, bool isGuessed)
    {
        var (buffer, kept, line, offset) = (new byte[BufferSize], 0, 1L, file.Position);
        var isBlank = true;
        for (var read = -1; read != 0;)
        {
            read = file.Read(buffer, kept, buffer.Length - kept);
            var bytes = buffer.AsSpan(0, kept + read);
            if (FirstFault(bytes, encoding, isLast: read == 0, out kept) is var fault && fault >= 0)
            {
                line += bytes[..fault].Count((byte)'\n');
                throw new ImportFault(Said(path, encoding, line, offset + fault, bytes[fault] == 0, isGuessed));
            }

            var whole = bytes[..^kept];
            (line, offset, isBlank) = (line + whole.Count((byte)'\n'), offset + whole.Length,
                isBlank && !whole.ContainsAnyExcept(" \t\r\n\0"u8));
            bytes[^kept..].CopyTo(buffer);
        }

        if (isBlank)
        {
            throw new ImportFault($"{path} is empty.");
        }
    }

    // The position of the first invalid byte, or -1. An incomplete character at the end is not reported yet.
    private static int FirstFault(ReadOnlySpan<byte> bytes, Encoding encoding, bool isLast, out int unfinished)
    {
        unfinished = 0;
        if (encoding is not UTF8Encoding)
        {
            unfinished = isLast ? 0 : bytes.Length % LongestCharacter;
            return FirstFault(bytes[..^unfinished], encoding);
        }

        var nul = bytes.IndexOf((byte)0);
        var text = nul < 0 ? bytes : bytes[..nul];
        for (var position = 0; position < text.Length && !System.Text.Unicode.Utf8.IsValid(text[position..]);)
        {
            var status = Rune.DecodeFromUtf8(text[position..], out _, out var length);
            if (status == System.Buffers.OperationStatus.NeedMoreData && !isLast && nul < 0)
            {
                unfinished = text.Length - position;
                break;
            }

            if (status != System.Buffers.OperationStatus.Done)
            {
                return position;
            }

            position += length;
        }

        return nul;
    }

    private static int FirstFault(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        try
        {
            var text = encoding.GetString(bytes);
            return text.IndexOf('\0', StringComparison.Ordinal) is var nul && nul >= 0 ? encoding.GetByteCount(text.AsSpan(0, nul)) : -1;
        }
        catch (DecoderFallbackException exception)
        {
            return Math.Max(exception.Index, 0);
        }
    }

    private static string Said(string path, Encoding encoding, long line, long offset, bool isNul, bool isGuessed) =>
        isNul ? $"{path} is not text: line {line} has a NUL, at byte {offset}."
        : $"{path}, line {line}, byte {offset}: "
            + $"not {encoding.WebName}.{(isGuessed ? " If it is Hebrew from Windows, give --encoding windows-1255." : "")}";
}
