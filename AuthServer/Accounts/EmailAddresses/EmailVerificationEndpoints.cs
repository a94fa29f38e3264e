using System.Text.Json.Serialization;
using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Accounts.EmailAddresses;

/// <summary>
/// Confirming mailboxes. The first one: <c>unconfirmed → mail → link → confirmed</c>; the link alone is not sufficient, because
/// otherwise the owner of an address would let in a stranger who registered with it. A new one: <c>requested → mail to the new
/// address, notice to the old one → link → changed</c>, or cancelled, or expired; the old address stays until then.
/// </summary>
internal static class EmailVerificationEndpoints
{
    private const string ConfirmExample = """{"token":"CfDJ8Nv…","password":"correct horse battery"}""";
    private const string ChangeExample = """{"new_email":"dana@example.org","current_password":"correct horse battery"}""";

    // Nobody can confirm it any more, and the address may be another person's. A guest's registration goes with it.
    private const string ForgottenWish = "pending_email = NULL, pending_email_at = NULL, pending_email_vouched_at = NULL, "
        + "pending_user_name = CASE WHEN is_anonymous THEN NULL ELSE pending_user_name END";

    public static void AddEmailVerification(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(EmailVerificationJson.Default);
        builder.Services.AddScoped<EmailVerification>();
        builder.Services.AddScoped<EmailChange>();
        builder.Services.AddScoped<EmailChangeConfirmation>();
        builder.Services.AddSingleton(services => new RetentionRule(
            "users", "pending_email IS NOT NULL AND pending_email_at < @before",
            services.GetRequiredService<EmailTokenSettings>().VerificationLifetime)
        {
            Forgets = ForgottenWish,
        });
        builder.Services.AddScoped<IMailWriter, VerifyEmailMail>();
        builder.Services.AddScoped<IMailWriter, ConfirmNewEmailMail>();
        builder.Services.AddScoped<IMailWriter, EmailChangeRequestedMail>();
        builder.Services.AddScoped<IMailWriter, EmailChangedMail>();
    }

    public static void MapEmailVerification(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/auth/email").WithTags("E-mail address").ValidatesRequests();
        group
            .MapPost("/verification/request", Ask)
            .WithName("requestVerification")
            .WithSummary("Request another confirmation mail")
            .WithExample("""{"email":"dana@example.com"}""").WithAnswer(MailRequested.Example)
            .AllowAnonymous().RequireRateLimiting(RateLimits.MailRequests).Refuses(ErrorCodes.ValidationFailed, ErrorCodes.RateLimited);
        group
            .MapPost("/verification/confirm", Confirm)
            .WithName("confirmVerification")
            .WithSummary("Confirm the mailbox with the token from a link")
            .WithExample(ConfirmExample).AllowAnonymous().RequireRateLimiting(RateLimits.MailedLinks)
            .Refuses(
                ErrorCodes.ValidationFailed, ErrorCodes.InvalidOrExpiredToken, ErrorCodes.AlreadyDone, ErrorCodes.LockedOut,
                ErrorCodes.RateLimited, ErrorCodes.Busy);

        var change = group.MapGroup("/change");
        change
            .MapPost("", AskForChange)
            .WithName("requestEmailChange")
            .WithSummary("Request a change of address; it takes effect when the new mailbox is confirmed")
            .WithExample(ChangeExample).WithAnswer(MailRequested.Example)
            .RequireAuthorization()
                .RequireRateLimiting(RateLimits.MailRequests)
                .Refuses(
                    ErrorCodes.ValidationFailed, ErrorCodes.AnonymousNotAllowed, ErrorCodes.LockedOut, ErrorCodes.RateLimited,
                    ErrorCodes.Busy);
        change
            .MapGet("", Pending)
            .WithName("getEmailChange")
            .WithSummary("Show the change of address that awaits confirmation")
            .WithAnswer(PendingEmail.Example)
            .RequireAuthorization().DisableRateLimiting().Refuses(ErrorCodes.NotFound);
        change.MapDelete("", Cancel).WithName("cancelEmailChange").WithSummary("Cancel the change of address")
            .RequireAuthorization().DisableRateLimiting();
        change
            .MapPost("/confirm", ConfirmChange)
            .WithName("confirmEmailChange")
            .WithSummary("Confirm the new mailbox with the token from a link")
            .WithExample(ConfirmExample).AllowAnonymous().RequireRateLimiting(RateLimits.MailedLinks)
            .Refuses(
                ErrorCodes.ValidationFailed, ErrorCodes.InvalidOrExpiredToken, ErrorCodes.AlreadyDone, ErrorCodes.LockedOut,
                ErrorCodes.RateLimited, ErrorCodes.Busy)
            .TellsTaken(ErrorCodes.EmailTaken);
    }

    private static async Task<Results<Accepted<MailRequested>, Problem>> Ask(
        VerificationRequest request, HttpContext context, EmailVerification proof, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context.User);
        if (caller is null && request.Email is null)
        {
            return FieldErrors.One("email", "Required without an access token.");
        }

        var language = Language.AskedFor(context.Request).Tag;
        var token = caller is null
            ? await proof.RequestAsync(request.Email!, language, request.Link, cancellationToken)
            : await proof.RequestOwnAsync(caller, language, request.Link, cancellationToken);
        return TypedResults.Accepted((string?)null, new MailRequested { DevToken = token });
    }

    private static async Task<Results<NoContent, Problem>> Confirm(
        ConfirmVerificationRequest request, HttpContext context, RequestOrigin origin, EmailVerification proof,
        CancellationToken cancellationToken) =>
        await proof.ConfirmAsync(request, Caller.Of(context.User), origin, cancellationToken) switch
        {
            EmailVerificationOutcome.Confirmed => TypedResults.NoContent(),
            EmailVerificationOutcome.AlreadyConfirmed => (Problem)ErrorCodes.AlreadyDone,
            EmailVerificationOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
            EmailVerificationOutcome.NotReauthenticated(var refusal) => refusal.ToProblem(
                "password", "Not the password that was chosen at registration. Give new_password to set one.",
                missing: "Give the password that was chosen at registration, or new_password to set one."),
            _ => (Problem)ErrorCodes.InvalidOrExpiredToken,
        };

    private static async Task<Results<Accepted<MailRequested>, Problem>> AskForChange(
        EmailChangeRequest request, HttpContext context, Caller caller, RequestOrigin origin, EmailChange change,
        CancellationToken cancellationToken) =>
        await change.RequestAsync(caller, request, Language.AskedFor(context.Request).Tag, origin, cancellationToken) switch
        {
            EmailChangeOutcome.Requested requested =>
                TypedResults.Accepted((string?)null, new MailRequested { DevToken = requested.DevToken }),
            EmailChangeOutcome.NotReauthenticated(var refusal) => refusal.ToProblem("current_password", "Not the current password."),
            EmailChangeOutcome.NotForGuests => (Problem)ErrorCodes.AnonymousNotAllowed,
            EmailChangeOutcome.ConcurrentlyChanged => (Problem)ErrorCodes.SessionRevoked,
            _ => FieldErrors.One("new_email", "This is already the account's address."),
        };

    private static async Task<Results<Ok<PendingEmail>, Problem>> Pending(
        Caller caller, EmailChange change, CancellationToken cancellationToken) =>
        await change.FindPendingAsync(caller.UserId, cancellationToken) is { } pending
            ? TypedResults.Ok(pending)
            : (Problem)ErrorCodes.NotFound;

    private static async Task<NoContent> Cancel(
        Caller caller, RequestOrigin origin, EmailChange change, CancellationToken cancellationToken)
    {
        await change.CancelAsync(caller, origin, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, Problem>> ConfirmChange(
        ConfirmEmailChangeRequest request, HttpContext context, RequestOrigin origin, EmailChangeConfirmation proof,
        CancellationToken cancellationToken) =>
        await proof.ConfirmAsync(
            request.Token?.Reveal(), request.Password?.Reveal(), Caller.Of(context.User), origin, cancellationToken) switch
        {
            EmailChangeConfirmationOutcome.Changed => TypedResults.NoContent(),
            EmailChangeConfirmationOutcome.AlreadyConfirmed => (Problem)ErrorCodes.AlreadyDone,
            EmailChangeConfirmationOutcome.Taken => (Problem)ErrorCodes.EmailTaken,
            EmailChangeConfirmationOutcome.NotReauthenticated(var refusal) => refusal.ToProblem(
                "password", "Not the account's password.",
                missing: "Give the account's password, or the access token of one of its sessions."),
            _ => (Problem)ErrorCodes.InvalidOrExpiredToken,
        };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerificationRequest))]
[JsonSerializable(typeof(ConfirmVerificationRequest))]
[JsonSerializable(typeof(EmailChangeRequest))]
[JsonSerializable(typeof(ConfirmEmailChangeRequest))]
[JsonSerializable(typeof(PendingEmail))]
internal sealed partial class EmailVerificationJson : JsonSerializerContext;
