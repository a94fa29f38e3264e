using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace AuthServer.Compliance.DataRights;

/// <summary>
/// Streams a copy as a file while it is being made. On an error the connection is aborted, so that nobody takes a partial file for
/// a complete one.
/// </summary>
internal sealed class ExportAnswer(OpenedCopy copy) : IResult, IEndpointMetadataProvider
{
    private const string FileName = "account.json";

    // A slow reader holds a database connection.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(AccountCopy), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (copy)
        {
            var response = httpContext.Response;
            response.ContentType = "application/json; charset=utf-8";
            response.Headers.CacheControl = "no-store";
            response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = FileName }.ToString();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
            limit.CancelAfter(Longest);
            await copy.WriteAsync(response.BodyWriter, limit.Token);
        }
    }
}
