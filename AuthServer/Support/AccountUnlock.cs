using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Http;
using AuthServer.Staff;

namespace AuthServer.Support;

/// <summary>Lifts the lock that guessing has set on somebody's names.</summary>
internal sealed class AccountUnlock(AuthDbContext db, PersonLookup lookup, SignInLocks locks, TimeProvider clock)
{
    /// <summary>Answers why it was refused; null where it was done.</summary>
    public async Task<ErrorCode?> UnlockAsync(Reach reach, string id, string? reason, Client client, CancellationToken cancellationToken)
    {
        var found = await lookup.FindForHelpAsync(reach, id, AuditEvents.UserUnlocked, client, cancellationToken);
        if (found is not LookupOutcome.Found { User: { } user })
        {
            return found.Error;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await locks.LiftAsync(user, cancellationToken);
        reach.Audit(AuditEvents.UserUnlocked, clock.GetUtcNow(), client, user.Id, reason);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }
}
