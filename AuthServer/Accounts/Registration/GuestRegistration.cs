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
/// Turns a guest into a registered person with the same id: at once or, with <c>VerifyFirst</c>, when the mailbox is confirmed.
/// Until then the registration is stored in the account without effect.
/// </summary>
internal sealed class GuestRegistration(
    AuthDbContext db, UserAccounts accounts, AccountOpening opening, GuestMailbox mailbox, SessionRevoker revoker, RevocationFeed feed,
    AccountRules rules, TimeProvider clock)
{
    /// <summary>Why this account cannot register; null if it is a guest's.</summary>
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
            // The second of two concurrent registrations of one guest.
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
        // Guest sessions end before the new session starts.
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

    // Discards what an earlier registration asked for whose mailbox was never confirmed.
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
