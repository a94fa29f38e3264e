using System.Text.Json;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;

namespace AuthServer.Platform.Web;

/// <summary>Turns an exception into an error response. The cause is logged and never sent to the client.</summary>
internal sealed class ExceptionProblems(DatabaseOutage outage, ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    private static readonly TimeSpan DatabaseRetry = TimeSpan.FromSeconds(2);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        // The middleware has cleared the endpoint, which is needed to tell what bodies the route accepts.
        httpContext.SetEndpoint(httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint);
        await For(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    private Problem For(HttpContext httpContext, Exception exception)
    {
        if (exception is BadHttpRequestException bad)
        {
            return bad.InnerException is JsonException json ? JsonProblems.For(httpContext, json)
                : IsMissingBody(httpContext, bad) ? ErrorCodes.MalformedJson
                : ErrorCodes.ForStatus(bad.StatusCode);
        }

        if (exception is BusyException busy)
        {
            return new(ErrorCodes.Busy, retryAfter: busy.RetryAfter);
        }

        if (exception is RateLimitedException limited)
        {
            return new(ErrorCodes.RateLimited, retryAfter: limited.RetryAfter);
        }

        if (DatabaseFaults.IsUnavailable(exception))
        {
            outage.Failed(exception);
            return new(ErrorCodes.DatabaseUnavailable, retryAfter: DatabaseRetry);
        }

        Log.Unhandled(logger, exception, httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName);
        return ErrorCodes.InternalError;
    }

    private static bool IsMissingBody(HttpContext httpContext, BadHttpRequestException bad) =>
        bad.StatusCode == StatusCodes.Status400BadRequest
            && httpContext.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is not null;
}
