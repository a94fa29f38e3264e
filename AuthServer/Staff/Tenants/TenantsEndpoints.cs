using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Tenants;

/// <summary>
/// Clinics and other organisations and their settings: <c>active ⇄ suspended</c>. The platform creates and suspends them; their own
/// administrators configure them and see no other tenant. The memberships of a suspended tenant have no effect, but its people
/// remain. Tenants are never deleted, because apps contain their slugs.
/// </summary>
internal static class TenantsEndpoints
{
    public static void AddTenants(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(TenantsJson.Default);
        builder.Services.AddScoped<TenantCreation>();
        builder.Services.AddScoped<TenantUpdate>();
        builder.Services.AddScoped<TenantSuspension>();
    }

    public static void MapTenants(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/tenants").WithTags("Tenants").DisableRateLimiting().ValidatesRequests().Refuses(ErrorCodes.Forbidden);
        group
            .MapGet("", List)
            .WithName("listTenants")
            .OpenToKeys(Scopes.TenantsRead)
            .WithSummary("List tenants; for a tenant's staff only their own")
            .WithAnswer(TenantRecord.Page).RefusesUnknownQueries()
            .RequireAuthorization(StaffPolicies.Staff).Refuses(ErrorCodes.ValidationFailed);
        group.MapPost("", Create).WithName("createTenant").WithSummary("Create a tenant")
            .WithExample(CreateTenantRequest.Example).WithAnswer(TenantRecord.Example)
            .RequireAuthorization(Policies.Admin).RequireRecentSignIn().TellsTaken(ErrorCodes.SlugTaken);
        group
            .MapGet("/{id}", Get)
            .WithName("getTenant")
            .OpenToKeys(Scopes.TenantsRead)
            .WithSummary("Show one tenant")
            .WithAnswer(TenantRecord.Example)
            .RequireAuthorization(StaffPolicies.Staff).Refuses(ErrorCodes.NotFound);
        group.MapPatch("/{id}", Update).AcceptsPatch<ChangeTenantRequest>()
            .WithName("patchTenant").WithSummary("Change name and settings")
            .WithExample(ChangeTenantRequest.Example).WithAnswer(TenantRecord.Example)
            .RequireAuthorization(StaffPolicies.Administration)
            .RequireRecentSignIn<ChangeTenantRequest>(static change => change.Settings is not null).Refuses(ErrorCodes.NotFound);
        group.MapPost("/{id}/suspend", Suspend).WithName("suspendTenant")
            .WithSummary("Suspend a tenant; its memberships have no effect meanwhile")
            .WithExample(TenantStatusRequest.Example).WithAnswer(TenantRecord.Example)
            .RequireAuthorization(Policies.Admin).RequireRecentSignIn().Refuses(ErrorCodes.NotFound, ErrorCodes.AlreadyDone);
        group.MapPost("/{id}/reopen", Reopen).WithName("reopenTenant")
            .WithSummary("Reopen a suspended tenant; its memberships take effect again")
            .WithExample(TenantStatusRequest.Example).WithAnswer(TenantRecord.Example)
            .RequireAuthorization(Policies.Admin).RequireRecentSignIn().Refuses(ErrorCodes.NotFound, ErrorCodes.AlreadyDone);
    }

    private static async Task<Ok<Page<TenantRecord>>> List(
        [AsParameters] PageRequest<Guid> page, [AsParameters] TenantFilter filter, StaffScope scope, CancellationToken cancellationToken) =>
        TypedResults.Ok(await scope.ListAsync(filter, page, cancellationToken));

    private static async Task<Results<Created<TenantRecord>, Problem>> Create(
        CreateTenantRequest request, StaffCall call, TenantCreation creation) =>
        await creation.CreateAsync(request, call) is var outcome
            && outcome is TenantOutcome.Saved saved && await call.Scope.FindTenantAsync(saved.Id, call.CancellationToken) is { } tenant
            ? TypedResults.Created($"/api/v1/tenants/{tenant.Id}", tenant)
            : Refusal(outcome);

    private static async Task<Results<Ok<TenantRecord>, Problem>> Get(string id, StaffScope scope, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var tenantId) && await scope.FindTenantAsync(tenantId, cancellationToken) is { } tenant
            ? TypedResults.Ok(tenant)
            : (Problem)ErrorCodes.NotFound;

    private static Task<Results<Ok<TenantRecord>, Problem>> Update(
        string id, ChangeTenantRequest request, StaffCall call, TenantUpdate update) =>
        AnswerAsync(id, call, tenantId => update.UpdateAsync(tenantId, request, call));

    private static Task<Results<Ok<TenantRecord>, Problem>> Suspend(
        string id, TenantStatusRequest request, StaffCall call, TenantSuspension suspension) =>
        AnswerAsync(id, call, tenantId => suspension.SetAsync(tenantId, TenantStatus.Suspended, request.Reason!, call));

    private static Task<Results<Ok<TenantRecord>, Problem>> Reopen(
        string id, TenantStatusRequest request, StaffCall call, TenantSuspension suspension) =>
        AnswerAsync(id, call, tenantId => suspension.SetAsync(tenantId, TenantStatus.Active, request.Reason!, call));

    private static async Task<Results<Ok<TenantRecord>, Problem>> AnswerAsync(
        string id, StaffCall call, Func<Guid, Task<TenantOutcome>> act)
    {
        if (!Guid.TryParseExact(id, "D", out var tenantId))
        {
            return (Problem)ErrorCodes.NotFound;
        }

        return await act(tenantId) is var outcome
            && outcome is TenantOutcome.Saved && await call.Scope.FindTenantAsync(tenantId, call.CancellationToken) is { } tenant
            ? TypedResults.Ok(tenant)
            : Refusal(outcome);
    }

    private static Problem Refusal(TenantOutcome outcome) => outcome switch
    {
        TenantOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
        TenantOutcome.Refused refused => refused.Reason,
        _ => ErrorCodes.NotFound,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CreateTenantRequest))]
[JsonSerializable(typeof(ChangeTenantRequest))]
[JsonSerializable(typeof(TenantStatusRequest))]
[JsonSerializable(typeof(TenantRecord))]
[JsonSerializable(typeof(Page<TenantRecord>))]
internal sealed partial class TenantsJson : JsonSerializerContext;
