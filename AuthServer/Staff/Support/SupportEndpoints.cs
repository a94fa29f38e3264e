using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Support;

/// <summary>
/// Helps people back into their accounts, without power over them: shows their details, recorded with a reason; their sessions; the
/// lock after wrong passwords; and mails they have lost. No response contains a token or a link: those go only to the person's
/// mailbox.
/// </summary>
internal static class SupportEndpoints
{
    public static void AddSupport(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(SupportJson.Default);
        builder.Services.AddScoped<PersonLookup>();
        builder.Services.AddScoped<UserDisclosure>();
        builder.Services.AddScoped<SessionsOfOthers>();
        builder.Services.AddScoped<AccountUnlock>();
        builder.Services.AddScoped<VerificationReminder>();
        builder.AddAssistedResets();
    }

    public static void MapSupport(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/users/{id}").WithTags("Support").ValidatesRequests().RequireAuthorization(StaffPolicies.Staff);
        group
            .MapPost("/open", Open)
            .WithName("openUser")
            .WithSummary("Show a person's details, including the full address; recorded with the reason")
            .WithExample(SupportExamples.Reason).WithAnswer(SupportExamples.Opened).DisableRateLimiting().RefusesHelp();
        group
            .MapGet("/sessions", Sessions)
            .WithName("listUserSessions")
            .WithSummary("List a person's sessions; for staff of a tenant those for it")
            .WithAnswer(Examples.Sessions).RefusesUnknownQueries().DisableRateLimiting().RefusesHelp(ErrorCodes.ValidationFailed);
        group
            .MapDelete("/sessions", EndAll)
            .WithName("endUserSessions")
            .OpenToKeys(Scopes.UsersWrite)
            .WithSummary("End all sessions of a person; for staff of a tenant those for it")
            .DisableRateLimiting()
            .RefusesHelp();
        group
            .MapDelete("/sessions/{sessionId}", End)
            .WithName("endUserSession")
            .WithSummary("End one session of a person")
            .DisableRateLimiting()
            .RefusesHelp();
        group
            .MapPost("/unlock", Unlock)
            .WithName("unlockUser")
            .OpenToKeys(Scopes.UsersWrite)
            .WithSummary("Lift the lock set by wrong passwords; support has to give a reason")
            .WithExample(SupportExamples.Reason).DisableRateLimiting().RefusesHelp();
        group
            .MapPost("/verification", Remind)
            .WithName("sendUserVerification")
            .WithSummary("Send the confirmation mail again")
            .WithExample(SupportExamples.Reason)
                .RequireRateLimiting(RateLimits.MailRequests)
                .RefusesHelp(ErrorCodes.AccountDisabled, ErrorCodes.AnonymousNotAllowed, ErrorCodes.AlreadyDone, ErrorCodes.RateLimited);
        api.MapAssistedResets();
    }

    private static void RefusesHelp(this RouteHandlerBuilder route, params ErrorCode[] more) =>
        route.Refuses([ErrorCodes.Forbidden, ErrorCodes.BeyondTenant, ErrorCodes.NotFound, .. more]);

    private static async Task<Results<Ok<DisclosedUser>, Problem>> Open(
        string id, OpeningRequest request, StaffCall call, UserDisclosure opening) =>
        await opening.OpenAsync(call, id, Reasons.Provided(request.Reason)!) switch
        {
            DisclosureOutcome.Opened opened => TypedResults.Ok(opened.Person),
            DisclosureOutcome.Refused refused => (Problem)refused.Error,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static async Task<Results<Ok<Page<SessionView>>, Problem>> Sessions(
        string id, [AsParameters] PageRequest<Guid> page, StaffCall call, SessionsOfOthers sessions) =>
        await sessions.ListAsync(call, id, page) switch
        {
            SessionsOutcome.Listed listed => TypedResults.Ok(listed.Page),
            SessionsOutcome.Refused refused => (Problem)refused.Error,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static async Task<Results<NoContent, Problem>> EndAll(string id, StaffCall call, SessionsOfOthers sessions) =>
        await sessions.EndAllAsync(call, id) is { } refusal ? (Problem)refusal : TypedResults.NoContent();

    private static async Task<Results<NoContent, Problem>> End(string id, string sessionId, StaffCall call, SessionsOfOthers sessions) =>
        await sessions.EndAsync(call, id, sessionId) is { } refusal ? (Problem)refusal : TypedResults.NoContent();

    private static async Task<Results<NoContent, Problem>> Unlock(string id, HelpRequest? request, StaffCall call, AccountUnlock unlock) =>
        request?.Provided is null && !call.Scope.Staff.IsAdmin ? FieldErrors.One("reason", "Required.")
        : await unlock.UnlockAsync(call, id, request?.Provided) is { } refusal ? (Problem)refusal : TypedResults.NoContent();

    private static async Task<Results<Accepted, Problem>> Remind(
        string id, HelpRequest? request, StaffCall call, VerificationReminder reminder) =>
        await reminder.SendAsync(call, id, request?.Provided) switch
        {
            ReminderOutcome.Refused refused => (Problem)refused.Error,
            ReminderOutcome.LimitReached limit => new Problem(ErrorCodes.RateLimited, retryAfter: limit.RetryAfter),
            _ => TypedResults.Accepted((string?)null),
        };
}
