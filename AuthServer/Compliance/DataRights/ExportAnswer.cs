using System.IO.Pipelines;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AuthServer.Compliance.DataRights;

/// <summary>
/// Makes a copy, then sends it as a file: however slowly somebody reads, they hold neither a connection to the database nor a place that
/// others wait for. A large copy is kept on disk meanwhile, where only the server's user can read it and which is deleted at the end. With
/// its length, nobody takes a partial file for a complete one.
/// </summary>
internal sealed class ExportAnswer(OpenedCopy copy) : IResult, IEndpointMetadataProvider
{
    private const string FileName = "account.json";

    private const int MostInMemory = 256 << 10;
    private const long MostOnDisk = 1L << 30;

    private static readonly TimeSpan LongestMaking = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestReading = TimeSpan.FromMinutes(5);

    private static readonly Lazy<string> Folder = new(static () => Directory.CreateTempSubdirectory("authserver-copies-").FullName);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(AccountCopy), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (copy)
        {
            await using var made = new FileBufferingWriteStream(MostInMemory, MostOnDisk, static () => Folder.Value);
            await MakeAsync(made, httpContext.RequestAborted);
            var response = httpContext.Response;
            response.ContentLength = made.Length;
            response.ContentType = "application/json; charset=utf-8";
            response.Headers.CacheControl = "no-store";
            response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = FileName }.ToString();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
            limit.CancelAfter(LongestReading);
            await made.DrainBufferAsync(response.Body, limit.Token);
        }
    }

    private async Task MakeAsync(Stream made, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestMaking);
        var pipe = PipeWriter.Create(made, new StreamPipeWriterOptions(leaveOpen: true));
        await copy.WriteAsync(pipe, limit.Token);
        await pipe.CompleteAsync();
        await copy.CloseAsync();
    }
}
