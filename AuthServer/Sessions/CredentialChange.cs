using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Http;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Sessions;

/// <summary>What is to change about how somebody signs in.</summary>
/// <param name="AuditEvent">What it is called in the audit log.</param>
/// <param name="Reason">Why sessions end.</param>
internal sealed record NewCredentials(string AuditEvent, RevocationReason Reason)
{
    /// <summary>The hash of the new password; null leaves the password as it is.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Whether it was done with a mailed link, which proves the mailbox and lifts the lock that guessing set.</summary>
    public bool ProvesMailbox { get; init; }

    /// <summary>The session that goes on.</summary>
    public Guid? KeptSession { get; init; }
}

/// <summary>
/// The one place where a password or the proof of a mailbox changes: the account, the end of its sessions, the audit
/// event and the notice by mail, in one transaction.
/// </summary>
internal sealed class CredentialChange(AuthDbContext db, SessionRevoker revoker, RevocationFeed feed, SignInLocks locks, TimeProvider clock)
{
    /// <summary>False where the account is no longer what it was when it was read; then nothing has changed.</summary>
    public async Task<bool> SaveAsync(User user, NewCredentials change, Client client, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await UpdateAsync(user, change, cancellationToken))
        {
            return false;
        }

        var now = clock.GetUtcNow();
        db.Audit(change.AuditEvent, now, client, user.Id, user.Id, change.KeptSession);
        if (change.PasswordHash is not null && (user.EmailConfirmed || change.ProvesMailbox))
        {
            db.OweMail(MailKinds.PasswordChanged, user, user.Email!, now, Outbox.Describe(client));
        }

        await db.SaveChangesAsync(cancellationToken);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var ended = await revoker.EndAllAsync(user.Id, change.KeptSession, change.Reason, client, connection, cancellationToken);
        if (change.ProvesMailbox)
        {
            await locks.ForgetAsync(user, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        if (change.ProvesMailbox)
        {
            await db.TakePendingUserNameAsync(user);
        }

        return true;
    }

    // The stamp in the condition is the lock: of two that come with one token, one changes it and the other finds nothing.
    private async Task<bool> UpdateAsync(User user, NewCredentials change, CancellationToken cancellationToken)
    {
        var stamp = User.NewStamp();
        return await db.Users.Where(found => found.Id == user.Id && found.SecurityStamp == user.SecurityStamp && found.Status == UserStatus.Active)
            .ExecuteUpdateAsync(set => set
                .SetProperty(found => found.SecurityStamp, stamp)
                // Whoever had the old password may have asked for an address of their own.
                .SetProperty(found => found.PendingEmail, (string?)null)
                .SetProperty(found => found.PendingEmailAt, (DateTimeOffset?)null)
                // Whoever has a password has accepted the invitation.
                .SetProperty(found => found.InvitedAt, found => change.PasswordHash == null ? found.InvitedAt : null)
                // Whoever knows the old one may be the reason why a new one is required.
                .SetProperty(found => found.MustResetPassword, found => found.MustResetPassword && !(change.PasswordHash != null && change.ProvesMailbox))
                .SetProperty(found => found.PasswordHash, found => change.PasswordHash ?? found.PasswordHash)
                .SetProperty(found => found.EmailConfirmed, found => change.ProvesMailbox || found.EmailConfirmed), cancellationToken) == 1;
    }
}
