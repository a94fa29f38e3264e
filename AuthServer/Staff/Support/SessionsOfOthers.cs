using AuthServer.AuditTrail;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

internal abstract record SessionsOutcome
{
    private SessionsOutcome()
    {
    }

    public sealed record Listed(Page<SessionView> Page) : SessionsOutcome;

    public sealed record Refused(ErrorCode Error) : SessionsOutcome;
}

/// <summary>Lists and ends somebody's sessions. Staff of a tenant only see the sessions for that tenant.</summary>
internal sealed class SessionsOfOthers(PersonLookup lookup, SessionRevoker revoker, TimeProvider clock)
{
    private const string Listing = "session.list";

    public async Task<SessionsOutcome> ListAsync(StaffCall call, string id, PageRequest<Guid> page)
    {
        var (scope, _, cancellationToken) = call;
        var found = await lookup.FindForHelpAsync(call, id, Listing);
        if (found is not LookupOutcome.Found { User: { } user })
        {
            return new SessionsOutcome.Refused(found.Error);
        }

        var live = scope.Sessions.LiveOf(user.Id, clock.GetUtcNow());
        return new SessionsOutcome.Listed(await live.PageAsync(scope.Staff.Caller, page, cancellationToken));
    }

    /// <summary>Ends all live sessions. Returns the error, or null if successful.</summary>
    public async Task<ErrorCode?> EndAllAsync(StaffCall call, string id)
    {
        var (scope, origin, cancellationToken) = call;
        var found = await lookup.FindForHelpAsync(call, id, AuditEvents.SessionEnded);
        if (found is not LookupOutcome.Found { User: { } user })
        {
            return found.Error;
        }

        await revoker.EndByStaffAsync(user.Id, scope.Staff.TenantId, scope.Staff.ActorId, origin, cancellationToken);
        return null;
    }

    /// <summary>Ends one session. Returns the error, or null if successful.</summary>
    public async Task<ErrorCode?> EndAsync(StaffCall call, string id, string sessionId)
    {
        var (scope, origin, cancellationToken) = call;
        var found = await lookup.FindForHelpAsync(call, id, AuditEvents.SessionEnded);
        if (found is not LookupOutcome.Found { User: { } user })
        {
            return found.Error;
        }

        return Guid.TryParseExact(sessionId, "D", out var session)
            && await revoker.EndByStaffAsync(user.Id, scope.Staff.TenantId, scope.Staff.ActorId, origin, cancellationToken, session) > 0
                ? null
                : ErrorCodes.NotFound;
    }
}
