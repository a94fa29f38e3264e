using System.Text.Json.Serialization;
using AuthServer.Email;
using AuthServer.Erasure;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Registration;

/// <summary>
/// Making an account: <c>request → account → first session</c>, or, where the mailbox is to be proven first,
/// <c>request → mail → proof → account that can sign in</c>, and nobody learns from it who has an account. Patients are ready at once; a physician starts as
/// pending, may sign in and complete the profile, and gets the role when an admin has verified a licence.
/// </summary>
internal static class RegistrationEndpoints
{
    private const string Example = """{"email":"dana@example.com","password":"correct horse battery","full_name":"Dana Levi","locale":"he","device_name":"Dana's phone"}""";

    // Registered, perhaps with somebody else's address, and never proven nor signed in: it must not keep the address for good.
    private const string NeverUsed = "NOT u.email_confirmed AND u.created_at < @before AND u.last_login_at IS NULL AND u.password_hash IS NOT NULL AND u.legacy_id IS NULL";
    private static readonly TimeSpan UnprovenFor = TimeSpan.FromDays(7);

    public static void AddRegistration(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(RegistrationJson.Default);
        builder.Services.AddSingleton(new AccountsDue("never_used", NeverUsed, UnprovenFor));
        builder.Services.AddScoped<AccountRegistration>();
        builder.Services.AddScoped<AccountOpening>();
        builder.Services.AddScoped<IMailWriter, RegistrationMail>();
    }

    public static void MapRegistration(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/auth").WithTags("Registration").AllowAnonymous().RequireRateLimiting(RateLimits.Registration).ValidatesRequests()
            .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.RoleNotAllowed, ErrorCodes.TenantNotOpen, ErrorCodes.EmailTaken, ErrorCodes.UsernameTaken,
                ErrorCodes.RateLimited, ErrorCodes.Busy);
        group.MapPost("/register", Register).WithName("register").WithSummary("Make an account, and sign it in or mail the proof of its mailbox").WithExample(Example).WithAnswer(Examples.SignedIn, 201).WithAnswer(MailRequested.Example, 202);
        group.MapPost("/signup", Register).WithName("signup").WithSummary("The same as register").WithExample(Example).WithAnswer(Examples.SignedIn, 201).WithAnswer(MailRequested.Example, 202);
    }

    private static async Task<Results<Created<SignedInResponse>, Accepted<MailRequested>, Problem>> Register(RegisterRequest request, HttpContext context, Client client, MailLinks links, AccountRegistration registration, CancellationToken cancellationToken) =>
        links.Fault(request.Link) is { } problem
            ? problem
            : await registration.RegisterAsync(request with { AskedIn = Language.AskedFor(context.Request).Tag }, client, cancellationToken) switch
            {
                RegistrationOutcome.Registered registered => TypedResults.Created("/api/v1/users/me", registered.Response),
                RegistrationOutcome.MailSent sent => TypedResults.Accepted((string?)null, new MailRequested { DevToken = sent.DevToken }),
                RegistrationOutcome.Faulted faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
                RegistrationOutcome.Refused refused => new Problem(refused.Reason),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RegisterRequest))]
internal sealed partial class RegistrationJson : JsonSerializerContext;
