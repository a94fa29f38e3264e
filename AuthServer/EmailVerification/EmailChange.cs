using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.EmailVerification;

/// <summary>What became of asking for another address.</summary>
internal abstract record EmailChangeOutcome
{
    private EmailChangeOutcome()
    {
    }

    /// <summary>Whether somebody has the address already is told to nobody but them.</summary>
    public sealed record Requested(string? DevToken) : EmailChangeOutcome;

    public sealed record WrongPassword : EmailChangeOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : EmailChangeOutcome;

    public sealed record SameAddress : EmailChangeOutcome;

    /// <summary>A guest has no address to change: they register.</summary>
    public sealed record NotForGuests : EmailChangeOutcome;

    /// <summary>The account is no longer what it was a moment ago.</summary>
    public sealed record Overtaken : EmailChangeOutcome;
}

/// <summary>Asks for another address: after the password, and never behind the old one's back. It counts when its mailbox is proven.</summary>
internal sealed class EmailChange(AuthDbContext db, Outbox outbox, MailedTokens tokens, MailedTokenSettings settings, PasswordProof passwords, IHostEnvironment environment, TimeProvider clock)
{
    public async Task<EmailChangeOutcome> RequestAsync(Caller caller, EmailChangeRequest request, string? language, Client client, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(found => found.Id == caller.UserId, cancellationToken);
        if (user.IsAnonymous)
        {
            return new EmailChangeOutcome.NotForGuests();
        }

        var address = EmailAddress.Parse(request.NewEmail)!;
        if (address.Address == user.Email)
        {
            return new EmailChangeOutcome.SameAddress();
        }

        var now = clock.GetUtcNow();
        switch (await passwords.CheckAsync(user, request.CurrentPassword!.Reveal(), client, cancellationToken))
        {
            case ProofOutcome.LockedOut locked:
                return new EmailChangeOutcome.LockedOut(locked.RetryAfter);
            case ProofOutcome.Wrong:
                db.Audit(AuditEvents.EmailChangeRequested, now, client, user.Id, user.Id, caller.SessionId, "wrong_password", AuditOutcome.Failure);
                await db.SaveChangesAsync(CancellationToken.None);
                return new EmailChangeOutcome.WrongPassword();
        }

        if (!await SaveAsync(user, address, request.Link, language, caller, client, cancellationToken))
        {
            return new EmailChangeOutcome.Overtaken();
        }

        return new EmailChangeOutcome.Requested(environment.IsDevelopment() ? tokens.Make(user, MailedTokenUse.ConfirmNewEmail, address.Address) : null);
    }

    public async Task<PendingEmail?> FindPendingAsync(Guid userId, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - settings.VerificationLifetime;
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == userId && user.PendingEmailAt > since, cancellationToken) is { PendingEmail: { } address, PendingEmailAt: { } at }
            ? new(address, at, at + settings.VerificationLifetime)
            : null;
    }

    public async Task CancelAsync(Caller caller, Client client, CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleAsync(found => found.Id == caller.UserId, cancellationToken);
        if (user.PendingEmail is null)
        {
            return;
        }

        user.ForgetPendingEmail();
        db.Audit(AuditEvents.EmailChangeCancelled, clock.GetUtcNow(), client, user.Id, user.Id, caller.SessionId);
        await db.SaveChangesAsync(cancellationToken);
    }

    // Only if the password that was checked is still the one: checking takes its time, and a reset may have come meanwhile.
    private async Task<bool> SaveAsync(User user, EmailAddress address, string? link, string? language, Caller caller, Client client, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Users.Where(found => found.Id == user.Id && found.SecurityStamp == user.SecurityStamp && !found.MustResetPassword && found.Status == UserStatus.Active)
            .ExecuteUpdateAsync(set => set.SetProperty(found => found.PendingEmail, address.Address).SetProperty(found => found.PendingEmailAt, now), cancellationToken) == 0)
        {
            return false;
        }

        db.Audit(AuditEvents.EmailChangeRequested, now, client, user.Id, user.Id, caller.SessionId);
        if (user.EmailConfirmed)
        {
            db.OweMail(MailKinds.EmailChangeRequested, user, user.Email!, now, new Dictionary<string, string>(StringComparer.Ordinal) { [Outbox.NewAddress] = address.Address });
        }

        await db.SaveChangesAsync(cancellationToken);
        await outbox.RequestAsync(MailKinds.ConfirmNewEmail, user.Id, address.Canonical, language, MailLinks.Data(link), (NpgsqlConnection)db.Database.GetDbConnection(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
