using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Mail;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Staff.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Invitations;

/// <summary>Invitations: create, resend, revoke.</summary>
internal static class InvitationEndpoints
{
    public static void AddInvitations(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(InvitationsJson.Default);
        builder.Services.AddScoped<Invitation>();
        builder.Services.AddScoped<IMailWriter, InvitationMail>();
    }

    public static void MapInvitations(this RouteGroupBuilder users)
    {
        // Rate limited separately, because it mails strangers.
        users.MapPost("", Invite).WithName("inviteUser").OpenToKeys(Scopes.UsersWrite)
            .WithSummary(
                "Invite a person: create an account whose password is set with a mailed link. For an existing account, a platform "
                    + "administrator assigns roles at a tenant with PUT …/roles")
            .WithExample("""{"email":"dana@example.com","full_name":"Dana Levi","roles":["patient"],"tenant":"north-clinic"}""")
                .WithAnswer(UserExamples.Record)
            .RequireAuthorization(StaffPolicies.Administration).RequireRateLimiting(RateLimits.Invitations)
            .RequireRecentSignIn<InviteRequest>(static invite => invite.GivesPower)
            .Refuses(
                ErrorCodes.Forbidden, ErrorCodes.PersonRequired, ErrorCodes.NotFound, ErrorCodes.ValidationFailed)
            .TellsTaken(ErrorCodes.EmailTaken, ErrorCodes.UsernameTaken);

        var administration = users.MapGroup("").DisableRateLimiting().RequireAuthorization(StaffPolicies.Administration);
        administration
            .MapPost("/{id}/invitation", SendAgain)
            .WithName("resendInvitation")
            .WithSummary("Send the invitation again; earlier links stop working")
            .WithAnswer(UserExamples.Record)
            .Refuses(
                ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.BeyondTenant, ErrorCodes.AlreadyDone, ErrorCodes.AccountDisabled,
                ErrorCodes.RateLimited);
        administration
            .MapDelete("/{id}/invitation", Revoke)
            .WithName("revokeInvitation")
            .WithSummary("Withdraw an invitation and delete the account created for it")
            .RequireRecentSignIn()
            .Refuses(ErrorCodes.Forbidden, ErrorCodes.NotFound, ErrorCodes.BeyondTenant, ErrorCodes.AlreadyDone);
    }

    private static async Task<Results<Created<UserRecord>, Problem>> Invite(
        InviteRequest request, StaffCall call, Invitation invitation, UserRecords records) =>
        await invitation.InviteAsync(call, request) switch
        {
            InvitationOutcome.Invited(var userId) when await records.FindAsync(userId, call.Scope, call.CancellationToken) is { } record =>
                TypedResults.Created($"/api/v1/users/{userId}", record),
            InvitationOutcome.Refused(var refusal) => (Problem)refusal,
            InvitationOutcome.LimitReached(var wait) => new Problem(ErrorCodes.RateLimited, retryAfter: wait),
            _ => (Problem)ErrorCodes.NotFound,
        };

    private static async Task<Results<Ok<UserRecord>, Problem>> SendAgain(
        string id, StaffCall call, Invitation invitation, UserRecords records) =>
        await invitation.SendAgainAsync(call, id) is { } refusal
            ? new Problem(refusal, retryAfter: refusal == ErrorCodes.RateLimited ? TimeSpan.FromMinutes(1) : null)
            : await UsersEndpoints.AnswerAsync(null, id, call, records);

    private static async Task<Results<NoContent, Problem>> Revoke(string id, StaffCall call, Invitation invitation) =>
        await invitation.RevokeAsync(call, id) is { } refusal
            ? (Problem)refusal
            : TypedResults.NoContent();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InviteRequest))]
internal sealed partial class InvitationsJson : JsonSerializerContext;
