using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

internal abstract record LookupOutcome
{
    private LookupOutcome()
    {
    }

    public sealed record Found(User User, TargetPrivileges Privileges) : LookupOutcome;

    public sealed record NotFound : LookupOutcome;

    /// <summary>The person exists, and the attempt was recorded.</summary>
    public sealed record Refused(ErrorCode Why) : LookupOutcome;

    /// <summary>The error for outcomes without a person.</summary>
    public ErrorCode Error => this is Refused refused ? refused.Why : ErrorCodes.NotFound;
}

/// <summary>Finds people that staff want to help. Attempts on accounts that staff may not help are refused and recorded.</summary>
internal sealed class PersonLookup(DeniedActionAudit refusals)
{
    /// <param name="call">Who asks, and which people they may see.</param>
    /// <param name="id">The person's id, as given.</param>
    /// <param name="attempted">The audit event of the attempted act.</param>
    /// <param name="rule">Why the act is refused; null if it is allowed.</param>
    public async Task<LookupOutcome> FindAsync(
        StaffCall call, string id, string attempted, Func<TargetPrivileges, StaffMember, ErrorCode?> rule)
    {
        var (scope, _, cancellationToken) = call;
        if (await scope.FindUserAsync(id, cancellationToken) is not { } user)
        {
            return new LookupOutcome.NotFound();
        }

        var privileges = await scope.PrivilegesOfAsync(user.Id, cancellationToken);
        if (rule(privileges, scope.Staff) is { } refusal)
        {
            await refusals.RecordAsync(call, attempted, refusal, user.Id);
            return new LookupOutcome.Refused(refusal);
        }

        return new LookupOutcome.Found(user, privileges);
    }

    /// <summary>The same with the rules for helping.</summary>
    public Task<LookupOutcome> FindForHelpAsync(StaffCall call, string id, string attempted) =>
        FindAsync(call, id, attempted, static (privileges, staff) => privileges.RefusesHelpBy(staff));
}
