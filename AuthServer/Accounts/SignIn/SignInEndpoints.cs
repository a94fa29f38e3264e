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
    private const string FormType = "application/x-www-form-urlencoded";

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
        group.MapPost("/form", LoginForm).WithName("loginForm").WithSummary("The same as an OAuth 2 password form (RFC 6749 section 4.3.2)")
            .Accepts<LoginForm>(FormType)
            .WithExample("""{"grant_type":"password","username":"dana@example.com","password":"correct horse battery"}""")
                .WithAnswer(Examples.SignedIn);
    }

    private static Task<Results<Ok<SignedInResponse>, Problem>> Login(
        LoginRequest request, RequestOrigin origin, PasswordSignIn signIn, CancellationToken cancellationToken) =>
        AnswerAsync(request.Name!, request.Password!.Reveal(), request.DeviceName, origin, signIn, cancellationToken);

    private static async Task<Results<Ok<SignedInResponse>, Problem>> LoginForm(
        HttpRequest request, RequestOrigin origin, PasswordSignIn signIn, CancellationToken cancellationToken)
    {
        if (request.ContentType?.Split(';')[0].Trim().Equals(FormType, StringComparison.OrdinalIgnoreCase) != true)
        {
            return (Problem)ErrorCodes.UnsupportedMediaType;
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            // The body contains a NUL, or more fields than any form has.
            return (Problem)ErrorCodes.BadRequest;
        }

        var errors = new FieldErrors();
        var login = new LoginRequest(Username: form["username"], Password: Secret.Of(form["password"]));
        ((IValidated)login).Validate(errors);
        if (form.TryGetValue("grant_type", out var grant) && grant != "password")
        {
            errors.Add("grant_type", "Only password.");
        }

        // RFC 6749 section 3.2: a parameter must not be given more than once.
        foreach (var twice in form.Where(field => field.Key is "username" or "password" && field.Value.Count > 1))
        {
            errors.Add(twice.Key, "Given twice.");
        }

        return errors.Any
            ? new Problem(ErrorCodes.ValidationFailed, errors.Messages)
            : await AnswerAsync(login.Name!, login.Password!.Reveal(), null, origin, signIn, cancellationToken);
    }

    private static async Task<Results<Ok<SignedInResponse>, Problem>> AnswerAsync(
        string name, string password, string? deviceName, RequestOrigin origin, PasswordSignIn signIn,
        CancellationToken cancellationToken) =>
        await signIn.SignInAsync(name, password, deviceName, origin, cancellationToken) switch
        {
            SignInOutcome.SignedIn signedIn => TypedResults.Ok(signedIn.Response),
            SignInOutcome.LockedOut locked => new Problem(ErrorCodes.LockedOut, retryAfter: locked.RetryAfter),
            SignInOutcome.Disabled => (Problem)ErrorCodes.AccountDisabled,
            SignInOutcome.ResetRequired => (Problem)ErrorCodes.PasswordResetRequired,
            SignInOutcome.Unverified => (Problem)ErrorCodes.EmailNotVerified,
            _ => (Problem)ErrorCodes.InvalidCredentials,
        };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoginRequest))]
internal sealed partial class SignInJson : JsonSerializerContext;
