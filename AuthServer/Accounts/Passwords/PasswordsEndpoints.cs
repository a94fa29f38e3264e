using System.Text.Json.Serialization;
using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Accounts.Passwords;

/// <summary>
/// A password is changed by somebody who knows it, and reset by the owner of the mailbox:
/// <c>request → mail → link → new password</c>. A change ends the other sessions, a link ends all of them; a link works once, and only
/// until the password changes. Requesting one does not disclose who has an account.
/// </summary>
internal static class PasswordsEndpoints
{
    private const string ChangeExample = """{"current_password":"correct horse battery","new_password":"a longer phrase of mine"}""";
    private const string RequestExample = """{"email":"dana@example.com"}""";
    private const string ConfirmExample = """{"token":"CfDJ8Nv…","new_password":"a longer phrase of mine"}""";

    public static void AddPasswords(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(PasswordsJson.Default);
        builder.Services.AddScoped<PasswordChange>();
        builder.Services.AddScoped<PasswordReset>();
        builder.Services.AddScoped<IMailWriter, ResetPasswordMail>();
        builder.Services.AddScoped<IMailWriter, PasswordChangedMail>();
    }

    public static void MapPasswords(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/auth").WithTags("Passwords").ValidatesRequests();
        group
            .MapPost("/password/change", Change)
            .WithName("changePassword")
            .WithSummary("Change one's own password; the other sessions end")
            .ChangesPassword();
        group
            .MapPost("/change-password", Change)
            .WithName("changePasswordAlias")
            .IsAliasOf("password/change")
            .ChangesPassword();
        group
            .MapPost("/password/reset/request", Ask)
            .WithName("requestPasswordReset")
            .WithSummary("Request a password reset link")
            .AsksForLink();
        group
            .MapPost("/request-reset", Ask)
            .WithName("requestPasswordResetAlias")
            .IsAliasOf("password/reset/request")
            .AsksForLink();
        group
            .MapPost("/password/reset/confirm", Confirm)
            .WithName("resetPassword")
            .WithSummary("Set a new password with the token from a link; all sessions end")
            .UsesLink();
        group
            .MapPost("/reset-password", Confirm)
            .WithName("resetPasswordAlias")
            .IsAliasOf("password/reset/confirm")
            .UsesLink();
    }

    private static void ChangesPassword(this RouteHandlerBuilder route) => route.WithExample(ChangeExample)
        .RequireAuthorization()
            .DisableRateLimiting()
            .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.AnonymousNotAllowed, ErrorCodes.LockedOut, ErrorCodes.RateLimited,
                ErrorCodes.Busy);

    private static void AsksForLink(this RouteHandlerBuilder route) => route.WithExample(RequestExample).WithAnswer(MailRequested.Example)
        .AllowAnonymous().RequireRateLimiting(RateLimits.MailRequests).Refuses(ErrorCodes.ValidationFailed, ErrorCodes.RateLimited);

    private static void UsesLink(this RouteHandlerBuilder route) => route.WithExample(ConfirmExample)
        .AllowAnonymous()
            .RequireRateLimiting(RateLimits.MailedLinks)
            .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.InvalidOrExpiredToken, ErrorCodes.RateLimited, ErrorCodes.Busy);

    private static async Task<Results<NoContent, Problem>> Change(
        ChangePasswordRequest request, Caller caller, RequestOrigin origin, PasswordChange change, CancellationToken cancellationToken) =>
        await change.ChangeAsync(caller, request.CurrentPassword!.Reveal(), request.NewPassword!.Reveal(), origin, cancellationToken) switch
        {
            PasswordChangeOutcome.Changed => TypedResults.NoContent(),
            PasswordChangeOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
            PasswordChangeOutcome.NotForGuests => (Problem)ErrorCodes.AnonymousNotAllowed,
            PasswordChangeOutcome.NotReauthenticated(var refusal) => refusal.ToProblem("current_password", "Not the current password."),
            _ => (Problem)ErrorCodes.SessionRevoked,
        };

    private static async Task<Results<Accepted<MailRequested>, Problem>> Ask(
        ResetRequest request, HttpContext context, PasswordReset reset, CancellationToken cancellationToken)
    {
        var token = await reset.RequestAsync(request.Email!, Language.AskedFor(context.Request).Tag, request.Link, cancellationToken);
        return TypedResults.Accepted((string?)null, new MailRequested { DevToken = token });
    }

    private static async Task<Results<NoContent, Problem>> Confirm(
        ConfirmResetRequest request, RequestOrigin origin, PasswordReset reset, CancellationToken cancellationToken) =>
        await reset.ConfirmAsync(request.Token?.Reveal(), request.NewPassword?.Reveal(), origin, cancellationToken) switch
        {
            PasswordResetOutcome.Reset => TypedResults.NoContent(),
            PasswordResetOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
            _ => (Problem)ErrorCodes.InvalidOrExpiredToken,
        };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(ResetRequest))]
[JsonSerializable(typeof(ConfirmResetRequest))]
[JsonSerializable(typeof(MailRequested))]
internal sealed partial class PasswordsJson : JsonSerializerContext;
