using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Physicians;

/// <summary>A physician's own profile and licences, whether or not an administrator has verified them.</summary>
internal static class OwnPhysicianEndpoints
{
    private const string PatchExample = """{"vacation_mode":true,"vacation_until":"2099-08-31","specialty":"cardiology"}""";
    private const string LicenceExample = """{"number":"1-12345","jurisdiction":"IL","expires_on":"2099-11-21"}""";

    public static void MapOwnPhysician(this RouteGroupBuilder group)
    {
        var own = group.MapGroup("/me").RequireAuthorization();
        own
            .MapGet("", Get)
            .WithName("getOwnPhysician")
            .WithSummary("Show one's own professional profile")
            .WithAnswer(PhysicianExamples.Profile)
            .Refuses(ErrorCodes.NotFound);
        own
            .MapPatch("", PatchProfile)
            .AcceptsPatch<PhysicianPatch>()
            .WithName("patchOwnPhysician")
            .WithSummary("Change some fields of one's own professional profile")
            .WithExample(PatchExample).WithAnswer(PhysicianExamples.Profile).Refuses(ErrorCodes.ValidationFailed, ErrorCodes.NotFound);
        own.MapPost("/licences", Add).WithName("addOwnLicence").WithSummary("Add a licence, to be verified by an administrator")
            .WithExample(LicenceExample)
                .WithAnswer(PhysicianExamples.Licence)
                .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.NotFound, ErrorCodes.LicenceState);
        own
            .MapPatch("/licences/{id}", Change)
            .AcceptsPatch<LicencePatch>()
            .WithName("patchOwnLicence")
            .WithSummary("Change or renew a licence that is not verified; it becomes pending")
            .WithExample(LicenceExample)
                .WithAnswer(PhysicianExamples.Licence)
                .Refuses(ErrorCodes.ValidationFailed, ErrorCodes.NotFound, ErrorCodes.LicenceState);
        own.MapDelete("/licences/{id}", Withdraw).WithName("withdrawOwnLicence").WithSummary("Withdraw a licence that nobody has verified")
            .Refuses(ErrorCodes.NotFound, ErrorCodes.LicenceState);
    }

    private static async Task<Results<Ok<PhysicianProfile>, Problem>> Get(
        Caller caller, OwnPhysician own, TimeProvider clock, CancellationToken cancellationToken) =>
        await own.FindAsync(caller.UserId, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), cancellationToken) is { } profile
            ? TypedResults.Ok(profile)
            : (Problem)ErrorCodes.NotFound;

    private static async Task<Results<Ok<PhysicianProfile>, Problem>> PatchProfile(
        PhysicianPatch request, Caller caller, RequestOrigin origin, ProfileChange change, OwnPhysician own, TimeProvider clock,
        CancellationToken cancellationToken) =>
        await change.ChangeAsync(request, caller, origin, cancellationToken) is { Any: true } errors
            ? new Problem(ErrorCodes.ValidationFailed, errors.Messages)
            : await Get(caller, own, clock, cancellationToken);

    private static async Task<Results<Created<PhysicianLicence>, Problem>> Add(
        NewLicenceRequest request, Caller caller, RequestOrigin origin, OwnLicences licences, CancellationToken cancellationToken) =>
        await licences.AddAsync(request, caller, origin, cancellationToken) switch
        {
            OwnLicenceOutcome.Submitted submitted => TypedResults.Created((string?)null, submitted.Licence),
            var other => Refusal(other),
        };

    private static async Task<Results<Ok<PhysicianLicence>, Problem>> Change(
        string id, LicencePatch request, Caller caller, RequestOrigin origin, OwnLicences licences,
        CancellationToken cancellationToken) =>
        await licences.ChangeAsync(id, request, caller, origin, cancellationToken) switch
        {
            OwnLicenceOutcome.Submitted submitted => TypedResults.Ok(submitted.Licence),
            var other => Refusal(other),
        };

    private static async Task<Results<NoContent, Problem>> Withdraw(
        string id, Caller caller, RequestOrigin origin, OwnLicences licences, CancellationToken cancellationToken) =>
        await licences.WithdrawAsync(id, caller, origin, cancellationToken) switch
        {
            OwnLicenceOutcome.Withdrawn => TypedResults.NoContent(),
            var other => Refusal(other),
        };

    private static Problem Refusal(OwnLicenceOutcome outcome) => outcome switch
    {
        OwnLicenceOutcome.NotThere => ErrorCodes.NotFound,
        OwnLicenceOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
        _ => ErrorCodes.LicenceState,
    };
}
