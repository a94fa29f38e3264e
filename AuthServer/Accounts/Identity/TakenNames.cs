using System.Threading.RateLimiting;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// The answers that an address, a user name or a slug is taken. They tell who has an account, so each is recorded, without the address,
/// and an account gets only a few of them an hour.
/// </summary>
internal static class TakenNames
{
    /// <summary>Declares that the route tells of these. Registration, which needs no account, records and counts by itself.</summary>
    public static TBuilder TellsTaken<TBuilder>(this TBuilder route, params ErrorCode[] codes) where TBuilder : IEndpointConventionBuilder =>
        route
            .AddEndpointFilter((context, next) => AnswerAsync(context, next, codes))
            .Refuses([.. codes, ErrorCodes.RateLimited]);

    private static async ValueTask<object?> AnswerAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, ErrorCode[] codes)
    {
        var http = context.HttpContext;
        using var lease = await http.RequestServices.GetRequiredService<TakenAnswers>().EnterAsync(http);
        if (!lease.IsAcquired)
        {
            lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
            return new Problem(ErrorCodes.RateLimited, retryAfter: wait);
        }

        var result = await next(context);
        if (TakenIn(result, codes) is { } taken)
        {
            TakenAnswers.Count(http);
            await RecordAsync(http, taken);
        }

        return result;
    }

    // A page has a status, and no code.
    private static ErrorCode? TakenIn(object? result, ErrorCode[] codes) =>
        ((result as INestedHttpResult)?.Result ?? result) switch
        {
            Problem problem => codes.Contains(problem.Error) ? problem.Error : null,
            IStatusCodeHttpResult { StatusCode: StatusCodes.Status409Conflict } => codes[0],
            _ => null,
        };

    // Even if the caller disconnects. What was refused is still in the context, and must not be saved with the record.
    private static Task RecordAsync(HttpContext http, ErrorCode taken)
    {
        var (services, caller) = (http.RequestServices, Caller.Of(http.User));
        var db = services.GetRequiredService<AuthDbContext>();
        db.ChangeTracker.Clear();
        db.Audit(
            AuditEvents.NameTaken, services.GetRequiredService<TimeProvider>().GetUtcNow(), RequestOrigin.Of(http), caller?.UserId,
            subject: null, caller?.SessionId, taken.Code, AuditOutcome.Failure, caller?.TenantId,
            http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName);
        return db.SaveChangesAsync(CancellationToken.None);
    }
}
