using System.IO.Pipelines;
using AuthServer.AuditTrail;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.AuditSearch;

/// <summary>
/// The audit log for people who may read it: searched page by page, or exported as a stream. Platform administrators see
/// everything, tenant administrators what happened in their tenant. Nothing here changes the log, except that exports are recorded.
/// </summary>
internal static class AuditingEndpoints
{
    private const string NdJson = "application/x-ndjson";

    // For a few kilobytes: slower readers would block other exports.
    private static readonly TimeSpan ReaderTimeout = TimeSpan.FromSeconds(30);

    public static void AddAuditing(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(AuditingJson.Default);
        builder.Services.AddKeyedSingleton(AuditExport.Concurrency, (_, _) =>
            new ExportConcurrency(limit: 4, timeout: TimeSpan.Zero, retryAfter: TimeSpan.FromSeconds(30)));
        builder.Services.AddScoped<AuditExport>();
    }

    public static void MapAuditing(this IEndpointRouteBuilder api)
    {
        var group = api
            .MapGroup("/audit-events")
            .WithTags("Audit")
            .ValidatesRequests()
            .DisableRateLimiting()
            .RequireAuthorization(StaffPolicies.Administration)
            .OpenToKeys(Scopes.AuditRead);
        group
            .MapGet("", List)
            .WithName("listAuditEvents")
            .WithSummary("Search the audit log, newest first; for a tenant's administrators only its events")
            .WithAnswer(AuditExamples.Page).RefusesUnknownQueries().Refuses(ErrorCodes.ValidationFailed, ErrorCodes.Forbidden);
        group
            .MapGet("/export", Export)
            .WithName("exportAuditEvents")
            .WithSummary("Export all matching events as JSON lines, oldest first; audited. Complete only if the response ends properly")
            .WithDescription(
                "The answer is a stream of lines (NDJSON), each of which is one event as described here. Read it line by line: it can be "
                    + "longer than memory.")
            .Produces<AuditItem>(contentType: NdJson)
                .WithAnswer(AuditExamples.Item)
                .RefusesUnknownQueries()
                .IsWrite()
                .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.Forbidden, ErrorCodes.Busy);
    }

    private static async Task<Ok<EstimatedPage<AuditItem, long>>> List(
        [AsParameters] AuditSelection selection, [AsParameters] PageRequest<long> page, StaffScope scope,
        CancellationToken cancellationToken) =>
        TypedResults.Ok(await AuditEventSearch.FindAsync(selection.Read(), page, scope, cancellationToken));

    private static async Task<PushStreamHttpResult> Export(
        [AsParameters] AuditSelection selection, StaffCall call, AuthDbContext db, AuditExport export, TimeProvider clock)
    {
        var (scope, origin, cancellationToken) = call;
        await export.EnterAsync(scope.Staff.UserId, scope.Staff.TenantId, cancellationToken);
        // Recorded before the first line, because a client that disconnects has read something, too.
        var filter = selection.Read();
        scope.Audit(
            AuditEvents.AuditExported, clock.GetUtcNow(), origin, await WhoseAsync(filter, scope, cancellationToken),
            selection.ToString());
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Stream(async body =>
        {
            var output = PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true));
            await export.WriteAsync(scope.AuditEvents, filter, output, ReaderTimeout, cancellationToken);
            await output.CompleteAsync();
            // Release the slot before the client sees the end and may request the next export.
            export.Dispose();
        }, NdJson, "audit-events.ndjson");
    }

    // A tenant's log must not contain ids of people outside the tenant.
    private static async Task<Guid?> WhoseAsync(AuditFilter filter, StaffScope scope, CancellationToken cancellationToken)
    {
        var person = filter.User ?? filter.Actor;
        return person is null || scope.Staff.TenantId is null || await scope.Users.AnyAsync(user => user.Id == person, cancellationToken)
            ? person
            : null;
    }
}
