using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Mail;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Accounts.Registration;

/// <summary>
/// Registration: <c>request → account → first session</c> or, with <c>VerifyFirst</c>, <c>request → mail → confirmation → account
/// that can sign in</c>, without disclosing who has an account. Patients are ready at once. Physicians start as pending: they can
/// sign in and complete the profile, and get the role when an administrator has verified a licence. Guests, if allowed, are
/// <c>created → registered</c> with the same id, or <c>→ erased</c> when unused for a while.
/// </summary>
internal static class RegistrationEndpoints
{
    private const string Example =
        """
        {"email":"dana@example.com","password":"correct horse battery","full_name":"Dana Levi","locale":"he",
        "device_name":"Dana's phone"}
        """;

    // With a member more than the answer of a sign-in.
    private static readonly string Example201 = Examples.SignedIn.TrimEnd()[..^1] + ""","status":"signed_in"}""";

    public static void AddRegistration(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(RegistrationJson.Default);
        builder.Services.AddScoped<AccountRegistration>();
        builder.Services.AddScoped<AccountOpening>();
        builder.Services.AddScoped<GuestOpening>();
        builder.Services.AddScoped<GuestRegistration>();
        builder.Services.AddScoped<GuestMailbox>();
        builder.Services.AddScoped<IMailWriter, RegistrationMail>();
    }

    public static void MapRegistration(this IEndpointRouteBuilder api)
    {
        var group = api
            .MapGroup("/auth")
            .WithTags("Registration")
            .AllowAnonymous()
            .RequireRateLimiting(RateLimits.Registration)
            .ValidatesRequests()
            .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.RateLimited, ErrorCodes.Busy);
        group
            .MapPost("/register", Register)
            .WithName("register")
            .WithSummary("Create an account and sign it in or mail a confirmation link; with a guest's access token, register the guest")
            .Registers();
        group.MapPost("/signup", Register).WithName("signup").IsAliasOf("register").Registers();
        group.MapPost("/anonymous", OpenGuest).WithName("openGuest").WithSummary("Open a guest account, if this server allows them")
            .WithExample("""{"device_name":"Dana's phone","locale":"he"}""")
                .WithAnswer(Examples.SignedIn, 201)
                .Refuses(ErrorCodes.AnonymousNotAllowed);
    }

    private static void Registers(this RouteHandlerBuilder route) =>
        route.WithExample(Example).WithAnswer(Example201, 201).WithAnswer(RegistrationAnswer.MailExample, 202)
        .Refuses(
            ErrorCodes.RoleNotAllowed, ErrorCodes.TenantNotOpen, ErrorCodes.EmailTaken, ErrorCodes.UsernameTaken,
            ErrorCodes.AlreadyDone, ErrorCodes.AuthenticationRequired, ErrorCodes.InvalidToken, ErrorCodes.TokenExpired,
            ErrorCodes.TokenOutdated, ErrorCodes.SessionRevoked);

    private static async Task<Results<Created<RegistrationAnswer>, Accepted<RegistrationAnswer>, ChallengeHttpResult, Problem>> Register(
        RegisterRequest request, HttpContext context, RequestOrigin origin, AccountRegistration registration,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(context.User);
        if (caller is null && context.Request.Headers.Authorization.Count > 0)
        {
            // Otherwise a guest with an expired token would unknowingly lose the data under their id.
            return TypedResults.Challenge();
        }

        return await registration.RegisterAsync(
            request with { AskedIn = Language.AskedFor(context.Request).Tag }, caller is { IsKey: false } ? caller : null, origin,
            cancellationToken) switch
        {
            RegistrationOutcome.Registered registered =>
                TypedResults.Created("/api/v1/users/me", RegistrationAnswer.Of(registered.Response)),
            RegistrationOutcome.MailSent sent => TypedResults.Accepted((string?)null, RegistrationAnswer.Mailed(sent.DevToken)),
            RegistrationOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
            RegistrationOutcome.Refused refused => new Problem(refused.Reason),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static async Task<Results<Created<SignedInResponse>, Problem>> OpenGuest(
        GuestRequest? request, RequestOrigin origin, GuestOpening opening, CancellationToken cancellationToken) =>
        await opening.OpenAsync(request, origin, cancellationToken) is { } response
            ? TypedResults.Created("/api/v1/users/me", response)
            : (Problem)ErrorCodes.AnonymousNotAllowed;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(GuestRequest))]
[JsonSerializable(typeof(RegistrationAnswer))]
internal sealed partial class RegistrationJson : JsonSerializerContext;
