using System.Threading.RateLimiting;
using AuthServer.AuditTrail;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// The answers that an address, a user name or a slug is taken. They tell who has an account, so each is recorded, without the address,
/// and an account gets only a few of them an hour.
/// </summary>
internal static class TakenNames
{
    private static readonly string RecordSql = AuditInsert.Sql(
        $"'{AuditEvents.NameTaken}'", AuditInsert.Failure, actor: "@actor", tenant: "@tenant_id", session: "@session_id", reason: "@code",
        detail: "@operation");

    /// <summary>Declares that the route tells of these. Registration, which needs no account, records and counts by itself.</summary>
    public static TBuilder TellsTaken<TBuilder>(this TBuilder route, params ErrorCode[] codes)
        where TBuilder : IEndpointConventionBuilder => route.Limits(codes, isRecorded: true);

    /// <summary>The same for a route that writes a fuller record itself.</summary>
    public static TBuilder TellsTakenOnRecord<TBuilder>(this TBuilder route, ErrorCode code)
        where TBuilder : IEndpointConventionBuilder => route.Limits([code], isRecorded: false);

    private static TBuilder Limits<TBuilder>(this TBuilder route, ErrorCode[] codes, bool isRecorded)
        where TBuilder : IEndpointConventionBuilder =>
        route
            .AddEndpointFilter((context, next) => AnswerAsync(context, next, codes, isRecorded))
            .Refuses([.. codes, ErrorCodes.RateLimited]);

    private static async ValueTask<object?> AnswerAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, ErrorCode[] codes, bool isRecorded)
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
            await (isRecorded ? RecordAsync(http, taken) : Task.CompletedTask);
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

    // Even if the caller disconnects, and not through the context, which still has what was refused.
    private static async Task RecordAsync(HttpContext http, ErrorCode taken)
    {
        var (services, caller) = (http.RequestServices, Caller.Of(http.User));
        await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(RecordSql);
        command.Add("now", services.GetRequiredService<TimeProvider>().GetUtcNow())
            .Add("actor", caller?.UserId)
            .Add("session_id", caller?.SessionId)
            .Add("tenant_id", caller?.TenantId)
            .Add("code", taken.Code)
            .Add("operation", http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName);
        command.Parameters.AddOrigin(RequestOrigin.Of(http));
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
