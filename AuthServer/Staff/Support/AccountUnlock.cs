using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

/// <summary>Ends the lock that guessing has set on somebody's names. The next lasts as long as it would have.</summary>
internal sealed class AccountUnlock(AuthDbContext db, PersonLookup lookup, SignInLocks locks, TimeProvider clock)
{
    /// <summary>Answers why it was refused; null where it was done.</summary>
    public async Task<ErrorCode?> UnlockAsync(StaffCall call, string id, string? reason)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Held, so that nobody is helped who is being given power at this moment.
        await scope.Locks.UserAsync(id, cancellationToken);
        var found = await lookup.FindForHelpAsync(call, id, AuditEvents.UserUnlocked);
        if (found is not LookupOutcome.Found { User: { } user })
        {
            // That it was refused is on record.
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
