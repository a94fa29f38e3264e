using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Registration;

/// <summary>
/// Makes a person of a guest, under the same id: at once, or, where the mailbox is to be proven first, when it is. Until then what was
/// asked for stands in the account and counts for nothing.
/// </summary>
internal sealed class GuestRegistration(
    AuthDbContext db, UserAccounts accounts, AccountOpening opening, GuestMailbox mailbox, SessionRevoker revoker, RevocationFeed feed,
    AccountRules rules, TimeProvider clock)
{
    /// <summary>Why this account cannot register; null where it is a guest's.</summary>
    public async Task<ErrorCode?> RefusalAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.Users
            .Where(user => user.Id == userId)
            .Select(user => (bool?)user.IsAnonymous)
            .SingleOrDefaultAsync(cancellationToken) switch
        {
            true => null,
            false => ErrorCodes.AlreadyDone,
            null => ErrorCodes.SessionRevoked,
        };

    public async Task<RegistrationOutcome> RegisterAsync(
        Guid userId, NewAccount account, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(userId, cancellationToken) is not { } guest)
        {
            // Of two that register one guest at once, this is the second.
            return new RegistrationOutcome.Refused(ErrorCodes.AlreadyDone);
        }

        var now = clock.GetUtcNow();
        account.AddProfile(db, guest.Id, now);
        if (rules.VerifyFirst)
        {
            var asked = await mailbox.AskAsync(guest, account, origin, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return asked;
        }

        await accounts.RegisterGuestAsync(guest, account.Wanted);
        db.Audit(AuditEvents.GuestRegistered, now, origin, guest.Id, guest.Id, reason: account.Role);
        // Before the new one begins: what was opened as a guest ends.
        var ended =
            await revoker.EndAllAsync(
                guest.Id, kept: null, RevocationReason.GuestRegistered, origin, db.Connection(),
                cancellationToken);
        var outcome = await opening.OpenAsync(guest, account.Request, origin, cancellationToken);
        if (outcome is RegistrationOutcome.Registered)
        {
            await transaction.CommitAsync(cancellationToken);
            feed.Refuse(ended);
        }

        return outcome;
    }

    // Without what an earlier try wanted to be, the mailbox of which was never proven.
    private async Task<User?> LockAsync(Guid userId, CancellationToken cancellationToken)
    {
        await RowLock.UserAndKeyAsync(db, userId, cancellationToken);
        if (await db.Users.SingleOrDefaultAsync(
            user => user.Id == userId && user.IsAnonymous && user.ErasureDueAt == null, cancellationToken) is not { } guest)
        {
            return null;
        }

        await db.RemoveAllRolesAsync(userId, cancellationToken);
        await db.Memberships.Where(membership => membership.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        await db.Physicians.Where(physician => physician.UserId == userId).ExecuteDeleteAsync(cancellationToken);
        return guest;
    }
}
