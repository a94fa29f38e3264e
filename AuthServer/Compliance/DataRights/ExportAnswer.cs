using System.IO.Pipelines;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace AuthServer.Compliance.DataRights;

/// <summary>
/// Makes a copy, then sends it as a file: however slowly somebody reads, they hold neither a connection to the database nor a place that
/// others wait for. The copy is kept on disk meanwhile, in a file without a name. With its length, nobody takes a partial file for a
/// complete one.
/// </summary>
internal sealed class ExportAnswer(OpenedCopy copy) : IResult, IEndpointMetadataProvider
{
    private const string FileName = "account.json";

    private static readonly TimeSpan LongestMaking = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestReading = TimeSpan.FromMinutes(5);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(AccountCopy), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (copy)
        {
            await using var made = UnnamedFile.Open();
            await MakeAsync(made, httpContext.RequestAborted);
            var response = httpContext.Response;
            response.ContentLength = made.Length;
            response.ContentType = "application/json; charset=utf-8";
            response.Headers.CacheControl = "no-store";
            response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = FileName }.ToString();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
            limit.CancelAfter(LongestReading);
            made.Position = 0;
            await made.CopyToAsync(response.Body, limit.Token);
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
