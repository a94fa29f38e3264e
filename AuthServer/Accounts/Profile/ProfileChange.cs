using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Profile;

/// <summary>Changes the account data that people may change themselves.</summary>
internal sealed class ProfileChange(AuthDbContext db, UserAccounts accounts, AccountCommit commit, TimeProvider clock)
{
    /// <summary>Null if successful.</summary>
    public async Task<ErrorCode?> ChangeAsync(
        ProfileRequest request, Caller caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await accounts.LockAsync(caller.UserId, cancellationToken) is not { } user)
        {
            return ErrorCodes.SessionRevoked;
        }

        if (user.IsAnonymous && request.Username.Value is not null)
        {
            // User names are scarce, and guests are created by the thousands.
            return ErrorCodes.AnonymousNotAllowed;
        }

        await accounts.ChangeProfileAsync(user, request);
        if (db.ChangeTracker.HasChanges())
        {
            db.Audit(AuditEvents.ProfileChanged, clock.GetUtcNow(), origin, user.Id, user.Id, caller.SessionId);
        }

        if ((await commit.SaveAsync(cancellationToken)).Refusal() is { } taken)
        {
            return taken;
        }

        await transaction.CommitAsync(cancellationToken);
        return null;
    }
}
