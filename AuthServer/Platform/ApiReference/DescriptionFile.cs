using System.IO.Compression;
using Microsoft.Net.Http.Headers;

namespace AuthServer.Platform.ApiReference;

/// <summary>
/// The OpenAPI document as it is sent: generated and compressed once. Only this document is compressed: it is the same for everybody,
/// so that its length tells nothing (BREACH).
/// </summary>
internal sealed class DescriptionFile(byte[] plain)
{
    private readonly byte[] _brotli = Compress(plain, to => new BrotliStream(to, CompressionLevel.Optimal));
    private readonly byte[] _gzip = Compress(plain, to => new GZipStream(to, CompressionLevel.Optimal));

    public Task WriteAsync(HttpContext context)
    {
        var (encoding, bytes) = Chosen(context.Request);
        var response = context.Response;
        response.ContentType = "application/json;charset=utf-8";
        response.Headers.ContentEncoding = encoding;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private (string? Encoding, byte[] Bytes) Chosen(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding
            .Where(encoding => encoding.Quality != 0).Select(encoding => encoding.Value.Value).ToList();
        return accepted.Contains("br", StringComparer.OrdinalIgnoreCase) ? ("br", _brotli)
            : accepted.Contains("gzip", StringComparer.OrdinalIgnoreCase) ? ("gzip", _gzip)
            : (null, plain);
    }

    private static byte[] Compress(byte[] plain, Func<Stream, Stream> pack)
    {
        using var packed = new MemoryStream();
        using (var stream = pack(packed))
        {
            stream.Write(plain);
        }

        return packed.ToArray();
    }
}
