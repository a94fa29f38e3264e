using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Accounts.Profile;

/// <summary>The signed-in person's own account: shows it, and changes what people may change themselves.</summary>
internal static class ProfileEndpoints
{
    public static void AddProfile(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(ProfileJson.Default);
        builder.Services.AddScoped<ProfileChange>();
    }

    public static void MapProfile(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("").WithTags("Profile").RequireAuthorization().DisableRateLimiting().ValidatesRequests();
        group.MapGet("/auth/me", Me).WithName("me").WithSummary("The signed-in person").WithAnswer(Examples.Person);
        group.MapGet("/users/me", Me).WithName("getProfile").WithSummary("The same as /auth/me").WithAnswer(Examples.Person);
        group.MapPatch("/users/me", PatchProfile).AcceptsPatch<ProfileRequest>()
            .WithName("patchProfile").WithSummary("Change some profile fields")
            .WithExample("""{"full_name":"Dana Levi"}""").WithAnswer(Examples.Person)
            .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.AnonymousNotAllowed).TellsTaken(ErrorCodes.UsernameTaken);
        group.MapPut("/users/me", Put).WithName("putProfile").WithSummary("Replace all profile fields")
            .WithExample("""{"full_name":"Dana Levi","username":"dana","locale":"he"}""").WithAnswer(Examples.Person)
            .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.AnonymousNotAllowed).TellsTaken(ErrorCodes.UsernameTaken);
    }

    // The account can be deleted before the token has expired.
    private static async Task<Results<Ok<UserView>, Problem>> Me(Caller caller, UserViewQuery query, CancellationToken cancellationToken) =>
        await query.FindAsync(caller.UserId, caller.TenantId, cancellationToken) is { } user
            ? TypedResults.Ok(user)
            : (Problem)ErrorCodes.SessionRevoked;

    private static async Task<Results<Ok<UserView>, Problem>> Put(
        ReplaceProfileRequest request, Caller caller, RequestOrigin origin, ProfileChange change, UserViewQuery query,
        CancellationToken cancellationToken) =>
        await PatchProfile(request.Change, caller, origin, change, query, cancellationToken);

    private static async Task<Results<Ok<UserView>, Problem>> PatchProfile(
        ProfileRequest request, Caller caller, RequestOrigin origin, ProfileChange change, UserViewQuery query,
        CancellationToken cancellationToken) =>
        await change.ChangeAsync(request, caller, origin, cancellationToken) is { } refusal
            ? (Problem)refusal
            : await Me(caller, query, cancellationToken);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProfileRequest))]
[JsonSerializable(typeof(ReplaceProfileRequest))]
internal sealed partial class ProfileJson : JsonSerializerContext;
