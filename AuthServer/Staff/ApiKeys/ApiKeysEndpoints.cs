using System.Text.Json.Serialization;
using AuthServer.Mail;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.ApiKeys;

/// <summary>
/// Credentials for services: <c>live → revoked | expired</c>. An administrator creates a key for their tenant or for the platform
/// and is responsible for it: it works only while they have those rights themselves. It is shown once and can only lose scopes and
/// time. Two keys of the same name may be live, so that one can replace the other.
/// </summary>
internal static class ApiKeysEndpoints
{
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(365);

    public static void AddApiKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(ApiKeysJson.Default);
        builder.Services.AddSingleton(new RetentionRule("api_keys", "expires_at < @before", KeptAfterEnd));
        builder.Services.AddScoped<ApiKeyCreation>();
        builder.Services.AddScoped<ApiKeyChange>();
        builder.Services.AddScoped<ApiKeyRevocation>();
        builder.Services.AddScoped<ApiKeyTokenExchange>();
        builder.Services.AddScoped<IMailWriter, ApiKeyMadeMail>();
        builder.Services.AddScoped<IMailWriter, ApiKeyExpiringMail>();
        builder.Services.AddScoped<IMailWriter, ApiKeyExposedMail>();
        builder.Services.AddSingleton<ApiKeyExpiry>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ApiKeyExpiry>());
    }

    public static void MapApiKeys(this IEndpointRouteBuilder api)
    {
        var group = api
            .MapGroup("/api-keys")
            .WithTags("API keys")
            .DisableRateLimiting()
            .ValidatesRequests()
            .RequireAuthorization(StaffPolicies.Administration)
            .Refuses(ErrorCodes.Forbidden, ErrorCodes.PersonRequired);
        group
            .MapGet("", List)
            .WithName("listApiKeys")
            .WithSummary("List API keys; for a tenant's administrators those of the tenant")
            .WithAnswer(ApiKeyExamples.Page)
            .RefusesUnknownQueries()
            .Refuses(ErrorCodes.ValidationFailed);
        group.MapPost("", Create).WithName("createApiKey").WithSummary("Create an API key; only this response contains it")
            .WithExample(ApiKeyExamples.Create).WithAnswer(ApiKeyExamples.Made)
            .RequireRecentSignIn().Refuses(ErrorCodes.NotFound, ErrorCodes.TooManyKeys);
        group
            .MapPatch("/{id}", Change)
            .AcceptsPatch<ChangeApiKeyRequest>()
            .WithName("patchApiKey")
            .WithSummary("Rename a key, change its limit, remove scopes, or let it expire earlier")
            .WithExample(ApiKeyExamples.Change).WithAnswer(ApiKeyExamples.Record)
            .RequireRecentSignIn()
            .Refuses(ErrorCodes.NotFound, ErrorCodes.TooManyKeys, ErrorCodes.AlreadyDone);
        group.MapDelete("/{id}", Revoke).WithName("revokeApiKey").WithSummary("Revoke a key; its access tokens are refused at once as well")
            .RequireRecentSignIn().Refuses(ErrorCodes.NotFound);
        api.MapGroup("/auth").WithTags("API keys").ValidatesRequests()
            .MapPost("/token", Exchange)
                .WithName("exchangeApiKey")
                .WithSummary("Exchange an API key for a short-lived access token that any resource server can verify")
            .WithExample(ApiKeyExamples.Exchange).WithAnswer(ApiKeyExamples.Token)
            .RequireAuthorization(Policies.ApiKey).OpenToEveryKey().DisableRateLimiting()
            .Refuses(ErrorCodes.Forbidden, ErrorCodes.InsufficientScope);
    }

    private static async Task<Ok<Page<ApiKeyRecord>>> List(
        [AsParameters] PageRequest<Guid> page, [AsParameters] ApiKeyFilter filter,
        StaffScope scope, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(await scope.ListKeysAsync(filter, page, clock.GetUtcNow(), cancellationToken));

    private static async Task<Results<Created<MadeApiKey>, Problem>> Create(
        CreateApiKeyRequest request, StaffCall call, ApiKeyCreation creation) =>
        await creation.CreateAsync(request, call) switch
        {
            ApiKeyCreationOutcome.Made made => TypedResults.Created($"/api/v1/api-keys/{made.Key.Id}", made.Key),
            ApiKeyCreationOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
            ApiKeyCreationOutcome.Refused refused => (Problem)refused.Reason,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static async Task<Results<Ok<ApiKeyRecord>, Problem>> Change(
        string id, ChangeApiKeyRequest request, StaffCall call, ApiKeyChange change) =>
        await change.ChangeAsync(id, request, call) switch
        {
            ApiKeyChangeOutcome.Changed changed => TypedResults.Ok(changed.Key),
            ApiKeyChangeOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
            ApiKeyChangeOutcome.Refused refused => (Problem)refused.Reason,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static async Task<Results<NoContent, Problem>> Revoke(string id, StaffCall call, ApiKeyRevocation revocation) =>
        await revocation.RevokeAsync(id, call) ? TypedResults.NoContent() : (Problem)ErrorCodes.NotFound;

    private static async Task<Results<Ok<ApiKeyTokenResponse>, Problem>> Exchange(
        ApiKeyTokenRequest? request, Caller caller, RequestOrigin origin, ApiKeyTokenExchange exchange,
        CancellationToken cancellationToken) =>
        await exchange.ExchangeAsync(caller, request?.Scopes, origin, cancellationToken) is { } token
            ? TypedResults.Ok(token)
            : (Problem)ErrorCodes.InsufficientScope;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(ChangeApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyTokenRequest))]
[JsonSerializable(typeof(ApiKeyTokenResponse))]
[JsonSerializable(typeof(ApiKeyRecord))]
[JsonSerializable(typeof(MadeApiKey))]
[JsonSerializable(typeof(Page<ApiKeyRecord>))]
internal sealed partial class ApiKeysJson : JsonSerializerContext;
