using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

/// <summary>What became of looking at somebody's details.</summary>
internal abstract record OpeningOutcome
{
    private OpeningOutcome()
    {
    }

    public sealed record Opened(OpenedPerson Person) : OpeningOutcome;

    public sealed record Refused(ErrorCode Error) : OpeningOutcome;
}

/// <summary>Shows a person's details to staff. Each look is on record, before anything is shown.</summary>
internal sealed class PersonOpening(AuthDbContext db, PersonLookup lookup, SignInLocks locks, TimeProvider clock)
{
    public async Task<OpeningOutcome> OpenAsync(StaffCall call, string id, string reason)
    {
        var (reach, origin, cancellationToken) = call;
        var found = await lookup.FindAsync(reach, id, AuditEvents.UserOpened, static (standing, staff) => standing.RefusesOpeningBy(staff), origin, cancellationToken);
        if (found is not LookupOutcome.Found { User: { } user })
        {
            return new OpeningOutcome.Refused(found.Error);
        }

        reach.Audit(AuditEvents.UserOpened, clock.GetUtcNow(), origin, user.Id, reason);
        await db.SaveChangesAsync(cancellationToken);
        return new OpeningOutcome.Opened(OpenedPerson.Of(user, await locks.LockedUntilAsync(user, cancellationToken)));
    }
}
