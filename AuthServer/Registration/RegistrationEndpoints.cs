using System.Text.Json.Serialization;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Registration;

/// <summary>
/// Making an account: <c>request → account → first session</c>. Patients are ready at once; a physician starts as
/// pending, may sign in and complete the profile, and gets the role when an admin has verified a licence.
/// </summary>
internal static class RegistrationEndpoints
{
    private const string Example = """{"email":"dana@example.com","password":"correct horse battery","full_name":"Dana Levi","locale":"he","device_name":"Dana's phone"}""";

    public static void AddRegistration(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(RegistrationJson.Default);
        builder.Services.AddScoped<AccountRegistration>();
    }

    public static void MapRegistration(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/auth").WithTags("Registration").AllowAnonymous().RequireRateLimiting(RateLimits.Registration).ValidatesRequests()
            .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.RoleNotAllowed, ErrorCodes.TenantNotOpen, ErrorCodes.EmailTaken, ErrorCodes.UsernameTaken,
                ErrorCodes.RateLimited, ErrorCodes.Busy);
        group.MapPost("/register", Register).WithName("register").WithSummary("Make an account and sign it in").WithExample(Example).WithAnswer(Examples.SignedIn);
        group.MapPost("/signup", Register).WithName("signup").WithSummary("The same as register").WithExample(Example).WithAnswer(Examples.SignedIn);
    }

    private static async Task<Results<Created<SignedInResponse>, Problem>> Register(RegisterRequest request, Client client, AccountRegistration registration, CancellationToken cancellationToken) =>
        await registration.RegisterAsync(request, client, cancellationToken) switch
        {
            RegistrationOutcome.Registered registered => TypedResults.Created("/api/v1/users/me", registered.Response),
            RegistrationOutcome.Faulted faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
            RegistrationOutcome.Refused refused => new Problem(refused.Reason),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RegisterRequest))]
internal sealed partial class RegistrationJson : JsonSerializerContext;
