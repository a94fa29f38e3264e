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
internal sealed class PersonLookup(TimeProvider clock)
{
    public async Task<LookupOutcome> FindAsync(
        StaffScope scope, string id, string attempted, Func<TargetPrivileges, StaffMember, ErrorCode?> rule, RequestOrigin origin,
        CancellationToken cancellationToken)
    {
        if (await scope.FindUserAsync(id, cancellationToken) is not { } user)
        {
            return new LookupOutcome.NotFound();
        }

        var privileges = await scope.PrivilegesOfAsync(user.Id, cancellationToken);
        if (rule(privileges, scope.Staff) is { } refusal)
        {
            await scope.AuditRefusalAsync(attempted, refusal, clock.GetUtcNow(), origin, user.Id);
            return new LookupOutcome.Refused(refusal);
        }

        return new LookupOutcome.Found(user, privileges);
    }

    /// <summary>The same with the rules for helping.</summary>
    public Task<LookupOutcome> FindForHelpAsync(
        StaffScope scope, string id, string attempted, RequestOrigin origin, CancellationToken cancellationToken) =>
        FindAsync(scope, id, attempted, static (privileges, staff) => privileges.RefusesHelpBy(staff), origin, cancellationToken);
}
