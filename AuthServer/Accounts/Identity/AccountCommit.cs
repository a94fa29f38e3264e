using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Persistence.Configurations;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Identity;

/// <summary>
/// Saves changes made by <see cref="UserAccounts"/>; nothing else does. Account, ended sessions, audit event and notice are saved
/// in one transaction. The security stamp is the lock: if one link is used twice at once, one use is saved, and the other finds
/// that the account has changed.
/// </summary>
internal sealed class AccountCommit(AuthDbContext db, SessionRevoker revoker, RevocationFeed feed, SignInLocks locks, TimeProvider clock)
{
    /// <summary>Saves the change and commits the open transaction, or one of its own.</summary>
    public async Task<AccountCommitOutcome> CommitAsync(
        User user, AccountUpdate update, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = db.Database.CurrentTransaction ?? await db.Database.BeginTransactionAsync(cancellationToken);
        Record(user, update, origin);
        var isAccepted = AcceptsInvitation(user);
        if (await SaveAsync(cancellationToken) is not AccountCommitOutcome.Saved and var refused)
        {
            return refused;
        }

        var ended = await EndAsync(user, update, origin, cancellationToken);
        if (isAccepted)
        {
            await db.TellOfAllAsync(user.Id, clock.GetUtcNow(), cancellationToken);
        }

        if (update.ProvesMailbox)
        {
            await locks.ClearAsync(user, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        if (user.EmailConfirmed)
        {
            await db.TakePendingUserNameAsync(user);
        }

        return AccountCommitOutcome.Saved;
    }

    /// <summary>Saves the context's changes in the open transaction, for callers that have more to do in it.</summary>
    public async Task<AccountCommitOutcome> SaveAsync(CancellationToken cancellationToken)
    {
        if (await db.FindTakenNameAsync(cancellationToken) is { } inUse)
        {
            return inUse;
        }

        try
        {
            var former = db.FindFormerNames();
            await db.SaveChangesAsync(cancellationToken);
            await locks.ForgetAsync(former, cancellationToken);
            return AccountCommitOutcome.Saved;
        }
        catch (DbUpdateConcurrencyException)
        {
            return AccountCommitOutcome.ConcurrentlyChanged;
        }
        catch (DbUpdateException exception) when (Taken(exception) is { } taken)
        {
            return taken;
        }
    }

    /// <summary>The same for an account whose row is locked, and whose names do not change: no conflict is possible.</summary>
    public async Task SaveLockedAsync(CancellationToken cancellationToken)
    {
        if ((await SaveAsync(cancellationToken)).Refusal() is { } taken)
        {
            throw new InvalidOperationException($"A conflict despite the lock: {taken.Code}.");
        }
    }

    /// <summary>Saves a batch of an import in the open transaction. After a conflict the importer plans it again.</summary>
    public async Task SaveImportedAsync(CancellationToken cancellationToken)
    {
        if (await db.FindTakenNameAsync(cancellationToken) is not null)
        {
            throw new DbUpdateConcurrencyException("A name that was free when the batch was planned is taken.");
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Audits a refusal, even if the caller disconnects. The context must have no other changes.</summary>
    public Task RecordRefusalAsync(string auditEvent, RequestOrigin origin, Guid? userId, Guid? sessionId, string reason)
    {
        db.Audit(auditEvent, clock.GetUtcNow(), origin, userId, userId, sessionId, reason, AuditOutcome.Failure);
        return db.SaveChangesAsync(CancellationToken.None);
    }

    private bool AcceptsInvitation(User user) =>
        user.InvitedAt is null && db.Entry(user).Property(changed => changed.InvitedAt) is { IsModified: true };

    private static AccountCommitOutcome? Taken(DbUpdateException exception) => DatabaseFaults.ViolatedUniqueConstraint(exception) switch
    {
        UserConfiguration.EmailIndex => AccountCommitOutcome.EmailTaken,
        UserConfiguration.UserNameIndex => AccountCommitOutcome.UserNameTaken,
        _ => null,
    };

    private void Record(User user, AccountUpdate update, RequestOrigin origin)
    {
        var now = clock.GetUtcNow();
        db.Audit(update.AuditEvent, now, origin, user.Id, user.Id, update.SessionId);
        if (update.Notice is { } notice)
        {
            db.EnqueueMail(notice.Kind, user, notice.Address, now, notice.Data);
        }

        if (user.EmailConfirmed && db.Entry(user).Property(changed => changed.PasswordHash).IsModified)
        {
            db.EnqueueMail(MailKinds.PasswordChanged, user, user.Email!, now, EmailOutbox.Describe(origin));
        }
    }

    private async Task<IReadOnlyList<Guid>> EndAsync(
        User user, AccountUpdate update, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var connection = db.Connection();
        IReadOnlyList<Guid> ended = update.EndsSessions is { } reason
            ? await revoker.EndAllAsync(user.Id, update.SessionId, reason, origin, connection, cancellationToken)
            : [];
        return update.Also is { } also ? [.. ended, .. await also()] : ended;
    }
}
