using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Users;

/// <summary>
/// Accounts, for administrators. An account is <c>invited → active ⇄ disabled → deleted</c>; after self-registration it starts as
/// active. Roles, on the platform or at a tenant, are set as a whole. Nothing here chooses a password, and nobody can take power
/// from themselves or from the last administrator.
/// </summary>
internal static class UsersEndpoints
{
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddJson(UsersJson.Default);
        services.AddScoped<AdminCreation>();
        services.AddSingleton<UserRecords>();
        services.AddScoped<OwnRecord>();
        services.AddSingleton<UserSearch>();
        services.AddScoped<AccountChange>();
        services.AddScoped<AccountTaking>();
        services.AddScoped<EmailCorrection>();
        services.AddScoped<AccountSuspension>();
        services.AddScoped<AccountDeletion>();
        services.AddScoped<RoleChange>();
        services.AddSingleton<DisabledAccountReactivation>();
        services.AddHostedService(provider => provider.GetRequiredService<DisabledAccountReactivation>());
    }

    public static void MapUsers(this RouteGroupBuilder users)
    {
        var group = users.MapGroup("").DisableRateLimiting();
        group
            .MapGet("", List)
            .WithName("listUsers")
            .OpenToKeys(Scopes.UsersRead)
            .WithSummary("List and search people, newest first")
            .WithAnswer(UserExamples.Page)
            .RefusesUnknownQueries()
            .RequireAuthorization(StaffPolicies.Staff).Refuses(ErrorCodes.ValidationFailed, ErrorCodes.Forbidden);
        group
            .MapGet("/{id}", Get)
            .WithName("getUser")
            .OpenToKeys(Scopes.UsersRead)
            .WithSummary("Show one person: for staff and for the person")
            .WithAnswer(UserExamples.Record)
            .RequireAuthorization().Refuses(ErrorCodes.NotFound);

        var administration = group.MapGroup("").RequireAuthorization(StaffPolicies.Administration);
        administration
            .MapPatch("/{id}", PatchUser)
            .AcceptsPatch<ProfileRequest>()
            .WithName("patchUser")
            .OpenToKeys(Scopes.UsersWrite)
            .WithSummary("Change some fields")
            .ChangesFields();
        administration
            .MapPut("/{id}", Put)
            .WithName("putUser")
            .OpenToKeys(Scopes.UsersWrite)
            .WithSummary("Replace all fields")
            .ChangesFields();
        // The constraint excludes "me": if one of two matching routes takes a body and the other does not, the framework would
        // choose this one for a DELETE /users/me without a body.
        administration
            .MapDelete("/{id:regex(^(?!me$))}", Delete)
            .WithName("deleteUser")
            .WithSummary("Delete the account; its sessions end at once")
            .RequireRecentSignIn()
            .Refuses(ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.BeyondTenant, ErrorCodes.OwnAccount, ErrorCodes.LastAdmin);
        administration.MapSuspension();
        users.MapEmailCorrection();
        administration
            .MapPut("/{id}/roles", SetRoles)
            .WithName("setUserRoles")
            .WithSummary("Set a person's roles on the platform or at a tenant; outdated tokens are refused")
            .RequireRecentSignIn()
            .WithExample("""{"roles":["patient","physician"],"tenant":"north-clinic"}""").WithAnswer(UserExamples.Record)
            .Refuses(
                ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.ValidationFailed, ErrorCodes.OwnAccount, ErrorCodes.LastAdmin,
                ErrorCodes.EmailNotVerified, ErrorCodes.AnonymousNotAllowed);
    }

    // Rate limited like an invitation, because it mails strangers.
    private static void MapEmailCorrection(this RouteGroupBuilder users) => users
        .MapPost("/{id}/email", CorrectEmail)
        .WithName("correctUserEmail")
        .WithSummary("Correct an address that was mistyped or whose mailbox is lost; an account keeps the old one until the new mailbox "
            + "is confirmed, an invitation is sent to the new one")
        .WithExample(EmailCorrectionRequest.Example).WithAnswer(UserExamples.Record, StatusCodes.Status202Accepted)
        .RequireAuthorization(StaffPolicies.Administration).RequireRateLimiting(RateLimits.Invitations)
        .Refuses(
            ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.ValidationFailed, ErrorCodes.BeyondTenant, ErrorCodes.OwnAccount,
            ErrorCodes.AnonymousNotAllowed, ErrorCodes.AccountDisabled, ErrorCodes.AlreadyDone)
        .RequireRecentSignIn()
        .TellsTaken(ErrorCodes.EmailTaken);

    private static void MapSuspension(this RouteGroupBuilder administration)
    {
        administration
            .MapPost("/{id}/disable", Disable)
            .WithName("disableUser")
            .OpenToKeys(Scopes.UsersWrite)
            .WithSummary("Disable the account, until a date or until it is enabled again; its sessions end at once")
            .RequireRecentSignIn()
            .WithExample("""{"reason":"Asked for by the person.","until":"2027-01-01T00:00:00Z"}""").WithAnswer(UserExamples.Record)
            .Refuses(
                ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.ValidationFailed, ErrorCodes.BeyondTenant, ErrorCodes.OwnAccount,
                ErrorCodes.LastAdmin);
        administration
            .MapPost("/{id}/enable", Enable)
            .WithName("enableUser")
            .OpenToKeys(Scopes.UsersWrite)
            .WithSummary("Enable the account again; its API keys end, unless they are asked for")
            .RequireRecentSignIn()
            .WithExample("""{"restore_api_keys":false}""").WithAnswer(UserExamples.Enabled)
            .Refuses(ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.BeyondTenant);
    }

    private static void ChangesFields(this RouteHandlerBuilder route) => route
        .WithExample("""{"full_name":"Dana Levi","username":"dana","locale":"he"}""").WithAnswer(UserExamples.Record)
        .Refuses(ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.ValidationFailed, ErrorCodes.BeyondTenant)
        .TellsTaken(ErrorCodes.UsernameTaken);

    private static async Task<Ok<EstimatedPage<UserRecord, Guid>>> List(
        [AsParameters] PageRequest<Guid> page, [AsParameters] UserListing listing,
        StaffScope scope, UserSearch search, CancellationToken cancellationToken) =>
        TypedResults.Ok(await search.FindAsync(listing, page, scope, cancellationToken));

    private static async Task<Results<Ok<UserRecord>, Problem>> Get(
        string id, Caller caller, StaffScope? scope, UserRecords records, OwnRecord own, CancellationToken cancellationToken)
    {
        var record = !Guid.TryParseExact(id, "D", out var userId) ? null
            : userId == caller.UserId ? await own.FindAsync(userId, cancellationToken)
            : scope is not null ? await records.FindAsync(userId, scope, cancellationToken)
            : null;
        return record is null ? (Problem)ErrorCodes.NotFound : TypedResults.Ok(record);
    }

    private static async Task<Results<Accepted<UserRecord>, Problem>> CorrectEmail(
        string id, EmailCorrectionRequest request, StaffCall call, EmailCorrection correction, UserRecords records) =>
        await correction.CorrectAsync(call, id, request) is { } refusal
            ? new Problem(refusal, retryAfter: refusal == ErrorCodes.RateLimited ? TimeSpan.FromMinutes(1) : null)
            : await records.FindAsync(Guid.Parse(id), call.Scope, call.CancellationToken) is { } record
                ? TypedResults.Accepted((string?)null, record)
                : (Problem)ErrorCodes.NotFound;

    private static async Task<Results<Ok<UserRecord>, Problem>> Put(
        string id, ReplaceProfileRequest request, StaffCall call, AccountChange change, UserRecords records) =>
        await PatchUser(id, request.Change, call, change, records);

    private static async Task<Results<Ok<UserRecord>, Problem>> PatchUser(
        string id, ProfileRequest request, StaffCall call, AccountChange change, UserRecords records) =>
        await AnswerAsync(await change.ChangeAsync(call, id, request), id, call, records);

    private static async Task<Results<NoContent, Problem>> Delete(string id, StaffCall call, AccountDeletion deletion) =>
        await deletion.DeleteAsync(call, id) is { } refusal
            ? (Problem)refusal
            : TypedResults.NoContent();

    private static async Task<Results<Ok<UserRecord>, Problem>> Disable(
        string id, DisableRequest request, StaffCall call, AccountSuspension suspension, UserRecords records) =>
        await suspension.DisableAsync(call, id, request) switch
        {
            { } refusal => refusal,
            null => await AnswerAsync(null, id, call, records),
        };

    private static async Task<Results<Ok<EnabledUser>, Problem>> Enable(
        string id, EnableRequest? request, StaffCall call, AccountSuspension suspension, UserRecords records) =>
        await suspension.EnableAsync(call, id, request) switch
        {
            EnableOutcome.Refused refused => (Problem)refused.Reason,
            EnableOutcome.Enabled enabled when await records.FindAsync(Guid.Parse(id), call.Scope, call.CancellationToken) is { } record =>
                TypedResults.Ok(new EnabledUser(record, enabled.EndedApiKeys)),
            _ => (Problem)ErrorCodes.NotFound,
        };

    private static async Task<Results<Ok<UserRecord>, Problem>> SetRoles(
        string id, RolesRequest request, StaffCall call, RoleChange change, UserRecords records)
    {
        var (scope, _, cancellationToken) = call;
        // A person removed from the tenant is out of scope afterwards but still has to be shown in the response.
        var before = Guid.TryParseExact(id, "D", out var userId) ? await records.FindAsync(userId, scope, cancellationToken) : null;
        if (await change.ChangeAsync(call, id, request) is { } refusal)
        {
            return (Problem)refusal;
        }

        return (await records.FindAsync(userId, scope, cancellationToken) ?? before) is { } record
            ? TypedResults.Ok(request.Roles is { Count: 0 } && scope.Staff.TenantId is not null ? record with { Memberships = [] } : record)
            : (Problem)ErrorCodes.NotFound;
    }

    /// <summary>The person after the change, or the error.</summary>
    internal static async Task<Results<Ok<UserRecord>, Problem>> AnswerAsync(
        ErrorCode? refusal, string id, StaffCall call, UserRecords records) =>
        refusal is not null ? (Problem)refusal
        : Guid.TryParseExact(id, "D", out var userId) && await records.FindAsync(userId, call.Scope, call.CancellationToken) is { } record
            ? TypedResults.Ok(record)
        : (Problem)ErrorCodes.NotFound;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EstimatedPage<UserRecord, Guid>))]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(ProfileRequest))]
[JsonSerializable(typeof(EnabledUser))]
[JsonSerializable(typeof(ReplaceProfileRequest))]
[JsonSerializable(typeof(DisableRequest))]
[JsonSerializable(typeof(EnableRequest))]
[JsonSerializable(typeof(EmailCorrectionRequest))]
[JsonSerializable(typeof(RolesRequest))]
internal sealed partial class UsersJson : JsonSerializerContext;
