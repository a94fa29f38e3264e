using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Accounts.SignIn;

/// <summary>
/// Signing in with a password: <c>attempt → locked | wrong | correct</c>. A correct password starts a session unless the account is
/// disabled, its mailbox unconfirmed, or a reset required. A wrong attempt reveals nothing except that it was wrong.
/// </summary>
internal static class SignInEndpoints
{
    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(SignInJson.Default);
        builder.Services.AddSingleton<PasswordSignIn>();
    }

    public static void MapSignIn(this IEndpointRouteBuilder api)
    {
        var group = api
            .MapGroup("/auth/login")
            .WithTags("Sign-in")
            .AllowAnonymous()
            .RequireRateLimiting(RateLimits.SignIn)
            .ValidatesRequests()
            .Refuses(
                ErrorCodes.ValidationFailed, ErrorCodes.InvalidCredentials, ErrorCodes.AccountDisabled, ErrorCodes.EmailNotVerified,
                ErrorCodes.PasswordResetRequired,
                ErrorCodes.LockedOut, ErrorCodes.RateLimited, ErrorCodes.Busy);
        group.MapPost("", Login).WithName("login").WithSummary("Sign in with e-mail address or user name and password")
            .WithExample("""{"email":"dana@example.com","password":"correct horse battery","device_name":"Dana's phone"}""")
                .WithAnswer(Examples.SignedIn);
        group.MapPost("/form", TokenEndpoint.AnswerAsync).WithName("loginForm").WithSummary("OAuth 2 token endpoint (RFC 6749)")
            .WithDescription("Grant types `password` and `refresh_token`, as a form. Errors are the standard's, with `code` beside.")
            .Accepts<TokenForm>(TokenEndpoint.FormType)
            .WithMetadata(new OAuthErrors())
            .Refuses(
                ErrorCodes.UnsupportedGrantType, ErrorCodes.BadRequest, ErrorCodes.InvalidRefreshToken, ErrorCodes.RefreshTokenReused,
                ErrorCodes.SessionRevoked, ErrorCodes.SessionExpired)
            .WithExample("""{"grant_type":"password","username":"dana@example.com","password":"correct horse battery"}""")
                .WithAnswer(Examples.SignedIn);
    }

    private static async Task<Results<Ok<SignedInResponse>, Problem>> Login(
        LoginRequest request, RequestOrigin origin, PasswordSignIn signIn, CancellationToken cancellationToken)
    {
        var outcome = await signIn.SignInAsync(
            request.Name!, request.Password!.Reveal(), request.DeviceName, origin, cancellationToken);
        return outcome is SignInOutcome.SignedIn signedIn ? TypedResults.Ok(signedIn.Response) : RefusalOf(outcome);
    }

    /// <summary>Why nobody was signed in.</summary>
    public static Problem RefusalOf(SignInOutcome outcome) => outcome switch
    {
        SignInOutcome.LockedOut locked => new Problem(ErrorCodes.LockedOut, retryAfter: locked.RetryAfter),
        SignInOutcome.Disabled => ErrorCodes.AccountDisabled,
        SignInOutcome.ResetRequired => ErrorCodes.PasswordResetRequired,
        SignInOutcome.Unverified => ErrorCodes.EmailNotVerified,
        _ => ErrorCodes.InvalidCredentials,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(TokenFormResponse))]
internal sealed partial class SignInJson : JsonSerializerContext;
