using System.Globalization;
using AuthServer.Audit;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Erasure;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.DataRights;

/// <summary>What became of asking for one's account to be erased.</summary>
internal abstract record ClosingOutcome
{
    private ClosingOutcome()
    {
    }

    public sealed record Closed(DateTimeOffset ErasureDueAt) : ClosingOutcome;

    public sealed record PasswordMissing : ClosingOutcome;

    public sealed record WrongPassword : ClosingOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : ClosingOutcome;

    public sealed record LastAdmin : ClosingOutcome;

    /// <summary>The account is no longer what it was a moment ago.</summary>
    public sealed record Overtaken : ClosingOutcome;
}

/// <summary>
/// Closes an account to be erased after a time of grace: sessions and keys end at once, and nothing but a sign-in opens it again. A
/// guest has nothing to sign in with, and so no grace.
/// </summary>
internal sealed class AccountClosing(AuthDbContext db, PasswordProof passwords, AdminGuard guard, AccessEnd access, RevocationFeed feed, ErasureSettings settings, TimeProvider clock)
{
    public async Task<ClosingOutcome> CloseAsync(Caller caller, string? password, Client client, CancellationToken cancellationToken)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(found => found.Id == caller.UserId, cancellationToken) is not { } user)
        {
            return new ClosingOutcome.Overtaken();
        }

        if (user.PasswordHash is not null && await ProveAsync(user, password, caller, client, cancellationToken) is { } unproven)
        {
            return unproven;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE id = {user.Id} FOR NO KEY UPDATE", cancellationToken);
        // Asked before looking what the person is: while it waits for its turn, they may become an administrator.
        var isAnotherLeft = await guard.IsAnotherLeftAsync(user.Id, cancellationToken);
        if (await db.Users.SingleOrDefaultAsync(found => found.Id == user.Id && found.SecurityStamp == user.SecurityStamp && found.Status == UserStatus.Active, cancellationToken) is not { } held)
        {
            return new ClosingOutcome.Overtaken();
        }

        if (!isAnotherLeft && await IsAdminAsync(user.Id, cancellationToken))
        {
            await RefuseAsync(ErrorCodes.LastAdmin.Code, caller, client);
            await transaction.CommitAsync(CancellationToken.None);
            return new ClosingOutcome.LastAdmin();
        }

        var now = clock.GetUtcNow();
        var due = Close(held, caller, client, now);
        await db.SaveChangesAsync(cancellationToken);
        var ended = await access.EndAsync(user.Id, RevocationReason.ErasureRequested, client, by: null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        return new ClosingOutcome.Closed(due);
    }

    private DateTimeOffset Close(User user, Caller caller, Client client, DateTimeOffset now)
    {
        var due = user.IsAnonymous ? now : now + settings.Grace;
        user.ErasureDueAt = due;
        // What was mailed before must not open it.
        user.SecurityStamp = User.NewStamp();
        user.ForgetPendingEmail();
        db.Audit(AuditEvents.ErasureRequested, now, client, user.Id, user.Id, caller.SessionId);
        if (user.EmailConfirmed)
        {
            db.OweMail(MailKinds.ErasureRequested, user, user.Email!, now, new Dictionary<string, string>(StringComparer.Ordinal) { [Outbox.Until] = due.ToString("O", CultureInfo.InvariantCulture) });
        }

        return due;
    }

    private async Task<ClosingOutcome?> ProveAsync(User user, string? password, Caller caller, Client client, CancellationToken cancellationToken)
    {
        if (password is null)
        {
            return new ClosingOutcome.PasswordMissing();
        }

        switch (await passwords.CheckAsync(user, password, client, cancellationToken))
        {
            case ProofOutcome.LockedOut locked:
                return new ClosingOutcome.LockedOut(locked.RetryAfter);
            case ProofOutcome.Wrong:
                await RefuseAsync("wrong_password", caller, client);
                return new ClosingOutcome.WrongPassword();
            default:
                return null;
        }
    }

    private Task<bool> IsAdminAsync(Guid userId, CancellationToken cancellationToken)
    {
        var role = Role.IdOf(Role.Admin);
        return db.UserRoles.AnyAsync(held => held.UserId == userId && held.RoleId == role, cancellationToken);
    }

    // Without the request's cancellation: hanging up must not keep a failure out of the record.
    private async Task RefuseAsync(string reason, Caller caller, Client client)
    {
        db.Audit(AuditEvents.ErasureRequested, clock.GetUtcNow(), client, caller.UserId, caller.UserId, caller.SessionId, reason, AuditOutcome.Failure);
        await db.SaveChangesAsync(CancellationToken.None);
    }
}
