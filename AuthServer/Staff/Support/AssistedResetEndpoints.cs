using AuthServer.Mail;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Support;

/// <summary>
/// Password resets requested by staff. Administrators and, for patients, support have the link sent at once. If support requests
/// one for a physician or an administrator, the person is told and a second member of staff decides: <c>pending → approved |
/// declined</c>, or <c>expired</c> if nobody decides in time. The requester cannot decide.
/// </summary>
internal static class AssistedResetEndpoints
{
    public static void AddAssistedResets(this WebApplicationBuilder builder)
    {
        builder.AddSettings<SupportSettings>();
        // Requests and decisions stay in the audit log.
        builder.Services.AddSingleton(new RetentionRule("assisted_resets", "expires_at < @before", TimeSpan.FromDays(30)));
        builder.Services.AddScoped<ResetAssistance>();
        builder.Services.AddScoped<ResetDecision>();
        builder.Services.AddScoped<AssistedResetList>();
        builder.Services.AddScoped<IMailWriter, ResetAskedByStaffMail>();
    }

    public static void MapAssistedResets(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("").WithTags("Support").ValidatesRequests().RequireAuthorization(StaffPolicies.Staff);
        group
            .MapPost("/users/{id}/password-reset", Ask)
            .WithName("sendUserPasswordReset")
            .OpenToKeys(Scopes.UsersWrite)
            .WithSummary("Mail a password reset link to a person; support has to give a reason")
            .WithExample(SupportExamples.Reason).WithAnswer(SupportExamples.Awaiting).RequireRateLimiting(RateLimits.MailRequests)
            .Refuses(
                ErrorCodes.Forbidden, ErrorCodes.BeyondTenant, ErrorCodes.AccountDisabled, ErrorCodes.AnonymousNotAllowed,
                ErrorCodes.NotFound, ErrorCodes.RateLimited);
        group
            .MapGet("/password-resets", List)
            .WithName("listAssistedResets")
            .WithSummary("List resets that support requested and a second person decides on")
            .WithAnswer(SupportExamples.Resets)
            .RefusesUnknownQueries()
            .DisableRateLimiting().Refuses(ErrorCodes.ValidationFailed, ErrorCodes.Forbidden);
        group
            .MapPost("/password-resets/{id}/approve", Approve)
            .WithName("approveAssistedReset")
            .WithSummary("Approve: the person is mailed a password reset link")
            .WithAnswer(SupportExamples.Approved).Decides();
        group
            .MapPost("/password-resets/{id}/decline", Decline)
            .WithName("declineAssistedReset")
            .WithSummary("Decline: nothing is sent")
            .WithAnswer(SupportExamples.Declined)
            .Decides();
    }

    private static void Decides(this RouteHandlerBuilder route) => route.WithExample(SupportExamples.Reason).DisableRateLimiting()
        .RequireRecentSignIn()
        .Refuses(
            ErrorCodes.Forbidden, ErrorCodes.OwnRequest, ErrorCodes.BeyondTenant, ErrorCodes.NotFound, ErrorCodes.AlreadyDone,
            ErrorCodes.RateLimited);

    private static async Task<Results<Accepted<ResetAnswer>, Problem>> Ask(
        string id, HelpRequest? request, StaffCall call, ResetAssistance assistance) =>
        await assistance.AskAsync(call, id, request?.Provided) switch
        {
            AssistanceOutcome.Sent => TypedResults.Accepted((string?)null, ResetAnswer.Sent),
            AssistanceOutcome.Awaiting awaiting =>
                TypedResults.Accepted((string?)null, ResetAnswer.Awaiting(awaiting.Id, awaiting.ExpiresAt)),
            AssistanceOutcome.Refused refused => (Problem)refused.Error,
            AssistanceOutcome.LimitReached limit => new Problem(ErrorCodes.RateLimited, retryAfter: limit.RetryAfter),
            _ => FieldErrors.One("reason", "Required."),
        };

    private static async Task<Ok<Page<AssistedResetView>>> List(
        [AsParameters] AssistedResetFilter filter, [AsParameters] PageRequest<Guid> page,
        StaffScope scope, AssistedResetList list, CancellationToken cancellationToken) =>
        TypedResults.Ok(await list.ListAsync(scope, filter.State, page, cancellationToken));

    private static Task<Results<Ok<AssistedResetView>, Problem>> Approve(
        string id, HelpRequest? request, StaffCall call, ResetDecision decision) =>
        Answer(decision.DecideAsync(call, id, approves: true, request?.Provided));

    private static Task<Results<Ok<AssistedResetView>, Problem>> Decline(
        string id, HelpRequest? request, StaffCall call, ResetDecision decision) =>
        Answer(decision.DecideAsync(call, id, approves: false, request?.Provided));

    private static async Task<Results<Ok<AssistedResetView>, Problem>> Answer(Task<DecisionOutcome> deciding) => await deciding switch
    {
        DecisionOutcome.Decided decided => TypedResults.Ok(decided.Reset),
        DecisionOutcome.LimitReached limit => new Problem(ErrorCodes.RateLimited, retryAfter: limit.RetryAfter),
        DecisionOutcome.Refused refused => (Problem)refused.Error,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
