using System.Text.Json.Serialization;
using AuthServer.Mail;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

/// <summary>
/// Physicians: their profiles and licences. A licence is <c>pending</c> when its holder submits it and <c>verified</c> after an
/// administrator has checked it. From then on tokens carry the physician role, until the licence is suspended or expires. There are
/// two lists: one for staff, of the physicians in their scope; and one for anybody who looks for a physician.
/// </summary>
internal static class PhysiciansEndpoints
{
    public static void AddPhysicians(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(PhysiciansJson.Default);
        builder.Services.AddScoped<OwnPhysician>();
        builder.Services.AddScoped<ProfileChange>();
        builder.Services.AddScoped<OwnLicences>();
        builder.Services.AddScoped<AvailabilityList>();
        builder.Services.AddSingleton<PhysicianSearch>();
        builder.Services.AddScoped<LicenceDecision>();
        builder.Services.AddScoped<IMailWriter, LicenceDecidedMail>();
        builder.Services.AddScoped<IMailWriter, LicenceExpiringMail>();
        builder.Services.AddSingleton<LicenceExpiry>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LicenceExpiry>());
    }

    public static void MapPhysicians(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/physicians").WithTags("Physicians").DisableRateLimiting().ValidatesRequests();
        group.MapOwnPhysician();
        group.MapLicenceDecisions();
        group
            .MapGet("", List)
            .WithName("listPhysicians")
            .OpenToKeys(Scopes.PhysiciansRead)
            .WithSummary("List physicians, for staff: all, or those of the tenant the token is for")
            .WithAnswer(PhysicianExamples.Page)
            .RefusesUnknownQueries()
            .RequireAuthorization(StaffPolicies.Staff).Refuses(ErrorCodes.ValidationFailed, ErrorCodes.Forbidden);
        group
            .MapGet("/available", ListAvailable)
            .WithName("listAvailablePhysicians")
            .OpenToKeys(Scopes.PhysiciansRead)
            .WithSummary("List physicians whom patients can consult, at the tenant the token is for")
            .WithAnswer(PhysicianExamples.AvailablePage)
            .RequireAuthorization().Refuses(ErrorCodes.ValidationFailed);
        group
            .MapGet("/{id}", Get)
            .WithName("getPhysician")
            .OpenToKeys(Scopes.PhysiciansRead)
            .WithSummary("Show a physician's profile and licences, for staff")
            .WithAnswer(PhysicianExamples.Profile)
            .RequireAuthorization(StaffPolicies.Staff).Refuses(ErrorCodes.NotFound, ErrorCodes.Forbidden);
    }

    private static async Task<Ok<Page<PhysicianSummary>>> List(
        [AsParameters] PhysicianQuery query, [AsParameters] PageRequest<Guid> page,
        StaffScope scope, PhysicianSearch search, CancellationToken cancellationToken) =>
        TypedResults.Ok(await search.FindAsync(scope, query, page, cancellationToken));

    private static async Task<Ok<Page<AvailablePhysician>>> ListAvailable(
        [AsParameters] AvailabilityQuery query, [AsParameters] PageRequest<Guid> page,
        Caller caller, AvailabilityList list, CancellationToken cancellationToken) =>
        TypedResults.Ok(await list.FindAsync(caller, query, page, cancellationToken));

    private static async Task<Results<Ok<PhysicianProfile>, Problem>> Get(
        string id, StaffScope scope, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(id, "D", out var physicianId)
            || await scope.Physicians
                .AsNoTracking()
                .Include(found => found.Licences)
                .SingleOrDefaultAsync(found => found.Id == physicianId, cancellationToken) is not { } physician)
        {
            return (Problem)ErrorCodes.NotFound;
        }

        var name =
            await scope.Users
                .Where(user => user.Id == physician.UserId)
                .Select(user => user.FullName)
                .SingleOrDefaultAsync(cancellationToken);
        return TypedResults.Ok(PhysicianProfile.Of(physician, name, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PhysicianProfile))]
[JsonSerializable(typeof(PhysicianLicence))]
[JsonSerializable(typeof(PhysicianPatch))]
[JsonSerializable(typeof(NewLicenceRequest))]
[JsonSerializable(typeof(LicencePatch))]
[JsonSerializable(typeof(VerifyLicenceRequest))]
[JsonSerializable(typeof(RefuseLicenceRequest))]
[JsonSerializable(typeof(ReinstateLicenceRequest))]
[JsonSerializable(typeof(Page<PhysicianSummary>))]
[JsonSerializable(typeof(Page<AvailablePhysician>))]
internal sealed partial class PhysiciansJson : JsonSerializerContext;
