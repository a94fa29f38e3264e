using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

/// <summary>
/// Lifts the lock that wrong passwords have set on somebody's names. The next lock lasts as long as it would have anyway.
/// </summary>
internal sealed class AccountUnlock(AuthDbContext db, PersonLookup lookup, SignInLocks locks, TimeProvider clock)
{
    /// <summary>Returns the error, or null if successful.</summary>
    public async Task<ErrorCode?> UnlockAsync(StaffCall call, string id, string? reason)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Locked, so that an account that is being promoted at the same time is not helped.
        await scope.Locks.UserAsync(id, cancellationToken);
        var found = await lookup.FindForHelpAsync(call, id, AuditEvents.UserUnlocked);
        if (found is not LookupOutcome.Found { User: { } user })
        {
            // Commit the audit event of the refusal.
            await transaction.CommitAsync(CancellationToken.None);
            return found.Error;
        }

        await locks.EndAsync(user, cancellationToken);
        scope.Audit(AuditEvents.UserUnlocked, clock.GetUtcNow(), origin, user.Id, reason);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }
}
