using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

internal abstract record DisclosureOutcome
{
    private DisclosureOutcome()
    {
    }

    public sealed record Opened(DisclosedUser Person) : DisclosureOutcome;

    public sealed record Refused(ErrorCode Error) : DisclosureOutcome;
}

/// <summary>Shows a person's details to staff. Each access is recorded before anything is shown.</summary>
internal sealed class UserDisclosure(AuthDbContext db, PersonLookup lookup, SignInLocks locks, TimeProvider clock)
{
    public async Task<DisclosureOutcome> OpenAsync(StaffCall call, string id, string reason)
    {
        var (scope, origin, cancellationToken) = call;
        var found =
            await lookup.FindAsync(call, id, AuditEvents.UserOpened, static (privileges, staff) => privileges.RefusesOpeningBy(staff));
        if (found is not LookupOutcome.Found { User: { } user })
        {
            return new DisclosureOutcome.Refused(found.Error);
        }

        scope.Audit(AuditEvents.UserOpened, clock.GetUtcNow(), origin, user.Id, reason);
        await db.SaveChangesAsync(cancellationToken);
        return new DisclosureOutcome.Opened(DisclosedUser.Of(user, await locks.LockedUntilAsync(user, cancellationToken)));
    }
}
