using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

/// <summary>Whether there is such a person for this member of staff.</summary>
internal abstract record LookupOutcome
{
    private LookupOutcome()
    {
    }

    public sealed record Found(User User, TargetPrivileges Privileges) : LookupOutcome;

    public sealed record NotFound : LookupOutcome;

    /// <summary>There is, and it is on record that they tried.</summary>
    public sealed record Refused(ErrorCode Why) : LookupOutcome;

    /// <summary>For those that found nobody.</summary>
    public ErrorCode Error => this is Refused refused ? refused.Why : ErrorCodes.NotFound;
}

/// <summary>
/// Finds whom staff want to help. Who lays hands on an account that is not theirs to help is refused, and it is recorded.
/// </summary>
internal sealed class PersonLookup(DeniedActionAudit refusals)
{
    /// <param name="call">Who asks, and what they may see.</param>
    /// <param name="id">The person's id, as given.</param>
    /// <param name="attempted">What is wanted, for the record.</param>
    /// <param name="rule">Which accounts refuse it to whom.</param>
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

    /// <summary>The same for what the rules of help allow.</summary>
    public Task<LookupOutcome> FindForHelpAsync(StaffCall call, string id, string attempted) =>
        FindAsync(call, id, attempted, static (privileges, staff) => privileges.RefusesHelpBy(staff));
}
