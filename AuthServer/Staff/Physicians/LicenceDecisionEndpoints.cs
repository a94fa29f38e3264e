using AuthServer.Accounts.Identity;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Physicians;

/// <summary>
/// Administrators' decisions on licences. The physician is notified by mail, and outdated tokens are refused at once.
/// </summary>
internal static class LicenceDecisionEndpoints
{
    private const string VerifyExample =
        """{"licence_id":"0195b1f0-9d11-7a55-8b21-77aa01c2d3e4","number":"1-12345","jurisdiction":"IL","expires_on":"2099-11-21"}""";
    private const string RefuseExample =
        """{"reason":"The register knows this number under another name.","licence_id":"0195b1f0-9d11-7a55-8b21-77aa01c2d3e4"}""";
    private const string ReinstateExample = """{"licence_id":"0195b1f0-9d11-7a55-8b21-77aa01c2d3e4"}""";

    public static void MapLicenceDecisions(this RouteGroupBuilder group)
    {
        group
            .MapPost("/{id}/verify", Verify)
            .WithName("verifyLicence")
            .OpenToKeys(Scopes.PhysiciansWrite)
            .WithSummary("Verify a pending licence, or renew a verified one with a later last day")
            .WithExample(VerifyExample)
            .Decides()
            .TellsTakenOnRecord(ErrorCodes.LicenceTaken);
        group
            .MapPost("/{id}/reject", Reject)
            .WithName("rejectLicence")
            .OpenToKeys(Scopes.PhysiciansWrite)
            .WithSummary("Return a pending licence to the physician")
            .WithExample(RefuseExample)
            .Decides();
        group
            .MapPost("/{id}/suspend", Suspend)
            .WithName("suspendLicence")
            .OpenToKeys(Scopes.PhysiciansWrite)
            .WithSummary("Suspend a verified licence")
            .WithExample(RefuseExample)
            .Decides();
        group
            .MapPost("/{id}/reinstate", Reinstate)
            .WithName("reinstateLicence")
            .OpenToKeys(Scopes.PhysiciansWrite)
            .WithSummary("Reinstate a suspended licence")
            .WithExample(ReinstateExample)
            .Decides()
            .TellsTakenOnRecord(ErrorCodes.LicenceTaken);
    }

    private static RouteHandlerBuilder Decides(this RouteHandlerBuilder route) => route
        .WithAnswer(PhysicianExamples.Profile).RequireAuthorization(StaffPolicies.Administration).RequireRecentSignIn()
        .Refuses(
            ErrorCodes.ValidationFailed, ErrorCodes.NotFound, ErrorCodes.Forbidden, ErrorCodes.BeyondTenant, ErrorCodes.OwnAccount,
            ErrorCodes.LicenceState);

    private static async Task<Results<Ok<PhysicianProfile>, Problem>> Verify(
        string id, VerifyLicenceRequest? request, StaffCall call, LicenceDecision decision) =>
        Answer(await decision.VerifyAsync(call, id, request ?? new()));

    private static async Task<Results<Ok<PhysicianProfile>, Problem>> Reject(
        string id, RefuseLicenceRequest request, StaffCall call, LicenceDecision decision) =>
        Answer(await decision.RejectAsync(call, id, request));

    private static async Task<Results<Ok<PhysicianProfile>, Problem>> Suspend(
        string id, RefuseLicenceRequest request, StaffCall call, LicenceDecision decision) =>
        Answer(await decision.SuspendAsync(call, id, request));

    private static async Task<Results<Ok<PhysicianProfile>, Problem>> Reinstate(
        string id, ReinstateLicenceRequest? request, StaffCall call, LicenceDecision decision) =>
        Answer(await decision.ReinstateAsync(call, id, request ?? new()));

    private static Results<Ok<PhysicianProfile>, Problem> Answer(LicenceDecisionOutcome outcome) => outcome switch
    {
        LicenceDecisionOutcome.Decided decided => TypedResults.Ok(decided.Profile),
        LicenceDecisionOutcome.Invalid faulted => new Problem(ErrorCodes.ValidationFailed, faulted.Errors),
        LicenceDecisionOutcome.Taken { Holder: { } holder } =>
            new Problem(ErrorCodes.LicenceTaken, new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["number"] = [$"The account {holder} holds it."],
            }),
        LicenceDecisionOutcome.Taken => (Problem)ErrorCodes.LicenceTaken,
        LicenceDecisionOutcome.Refused refused => (Problem)refused.Error,
        _ => (Problem)ErrorCodes.InternalError,
    };
}
