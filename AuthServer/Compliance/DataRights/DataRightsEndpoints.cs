using System.Text.Json.Serialization;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Compliance.DataRights;

/// <summary>
/// People's legal rights over their data: a copy of everything stored (GDPR articles 15 and 20), and erasure (article 17):
/// <c>requested → grace period, in which signing in cancels it → erased</c>. During the grace period the account can do nothing but
/// sign in.
/// </summary>
internal static class DataRightsEndpoints
{
    public static void AddDataRights(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(DataRightsJson.Default);
        builder.Services.AddKeyedSingleton(AccountExport.Concurrency, (_, _) =>
            new ExportConcurrency(limit: 4, timeout: TimeSpan.FromSeconds(2), retryAfter: TimeSpan.FromSeconds(10)));
        builder.Services.AddSingleton<AccountExport>();
        builder.Services.AddSingleton<KeptAfterErasure>();
        builder.Services.AddScoped<AccountClosing>();
    }

    public static void MapDataRights(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/users/me").WithTags("Data rights").DisableRateLimiting().ValidatesRequests();
        group
            .MapGet("/export", Export)
            .WithName("exportAccount")
            .WithSummary("Export everything stored about the signed-in person as one JSON file")
            .WithAnswer(DataRightsExamples.Copy)
            .IsWrite()
            .RequireRecentSignIn().Refuses(ErrorCodes.Busy);
        group.MapDelete("", Erase).WithName("eraseAccount")
            .WithSummary("Request erasure of one's own account; signing in before it is due cancels it")
            .WithExample("""{"password":"correct horse battery"}""").WithAnswer(DataRightsExamples.Erasure)
            .RequireAuthorization().Refuses(ErrorCodes.ValidationFailed, ErrorCodes.LastAdmin, ErrorCodes.LockedOut, ErrorCodes.RateLimited,
                ErrorCodes.Busy);
    }

    private static async Task<Results<ExportAnswer, Problem>> Export(
        Caller caller, RequestOrigin origin, AccountExport export, CancellationToken cancellationToken) =>
        await export.OpenAsync(caller, origin, cancellationToken) is { } copy ? new ExportAnswer(copy) : (Problem)ErrorCodes.SessionRevoked;

    private static async Task<Results<Accepted<ErasureAnswer>, Problem>> Erase(
        [FromBody] EraseRequest? request, Caller caller, RequestOrigin origin, AccountClosing closing, KeptAfterErasure kept,
        CancellationToken cancellationToken) =>
        await closing.CloseAsync(caller, request?.Password?.Reveal(), origin, cancellationToken) switch
        {
            ClosingOutcome.Closed closed =>
                TypedResults.Accepted((string?)null, new ErasureAnswer(closed.ErasureDueAt, kept.After(closed.ErasureDueAt))),
            ClosingOutcome.NotReauthenticated(var refusal) => refusal.ToProblem("password", "Not the account's password."),
            ClosingOutcome.LastAdmin => (Problem)ErrorCodes.LastAdmin,
            _ => (Problem)ErrorCodes.SessionRevoked,
        };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EraseRequest))]
[JsonSerializable(typeof(ErasureAnswer))]
[JsonSerializable(typeof(AccountCopy))]
internal sealed partial class DataRightsJson : JsonSerializerContext;
