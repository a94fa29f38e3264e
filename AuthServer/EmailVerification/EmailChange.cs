using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Data.Configurations;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Http;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.EmailVerification;

/// <summary>What became of asking for another address.</summary>
internal abstract record EmailChangeRequestOutcome
{
    private EmailChangeRequestOutcome()
    {
    }

    /// <summary>Whether somebody has the address already is told to nobody but them.</summary>
    public sealed record Requested(string? DevToken) : EmailChangeRequestOutcome;

    public sealed record WrongPassword : EmailChangeRequestOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : EmailChangeRequestOutcome;

    public sealed record SameAddress : EmailChangeRequestOutcome;
}

/// <summary>What became of proving the new mailbox.</summary>
internal abstract record EmailChangeOutcome
{
    private EmailChangeOutcome()
    {
    }

    public sealed record Changed : EmailChangeOutcome;

    /// <summary>Somebody else has registered with the address meanwhile.</summary>
    public sealed record Taken : EmailChangeOutcome;

    public sealed record InvalidToken : EmailChangeOutcome;
}

/// <summary>Gives an account another address: after the password, after the proof of the new mailbox, and never behind the old one's back.</summary>
internal sealed class EmailChange(AuthDbContext db, Outbox outbox, MailedTokens tokens, MailedTokenSettings settings, PasswordProof passwords, IHostEnvironment environment, TimeProvider clock)
{
    public async Task<EmailChangeRequestOutcome> RequestAsync(Caller caller, EmailChangeRequest request, string? language, Client client, CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleAsync(found => found.Id == caller.UserId, cancellationToken);
        var address = EmailAddress.Parse(request.NewEmail)!;
        if (address.Address == user.Email)
        {
            return new EmailChangeRequestOutcome.SameAddress();
        }

        var now = clock.GetUtcNow();
        switch (await passwords.CheckAsync(user, request.CurrentPassword!, client, cancellationToken))
        {
            case ProofOutcome.LockedOut locked:
                return new EmailChangeRequestOutcome.LockedOut(locked.RetryAfter);
            case ProofOutcome.Wrong:
                db.Audit(AuditEvents.EmailChangeRequested, now, client, user.Id, user.Id, caller.SessionId, "wrong_password", AuditOutcome.Failure);
                await db.SaveChangesAsync(CancellationToken.None);
                return new EmailChangeRequestOutcome.WrongPassword();
        }

        user.AskForEmail(address, now);
        db.Audit(AuditEvents.EmailChangeRequested, now, client, user.Id, user.Id, caller.SessionId);
        db.OweMail(MailKinds.EmailChangeRequested, user, user.Email!, now, new Dictionary<string, string>(StringComparer.Ordinal) { [Outbox.NewAddress] = address.Address });
        await db.SaveChangesAsync(cancellationToken);
        await outbox.RequestAsync(MailKinds.ConfirmNewEmail, user.Id, address.Address, language, MailLinks.Data(request.Link), cancellationToken);
        return new EmailChangeRequestOutcome.Requested(environment.IsDevelopment() ? tokens.Make(user, MailedTokenUse.ConfirmNewEmail, address.Address) : null);
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

        user.AskForEmail(null, default);
        db.Audit(AuditEvents.EmailChangeCancelled, clock.GetUtcNow(), client, user.Id, user.Id, caller.SessionId);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Whether the token would be taken now; it is not used up.</summary>
    public async Task<bool> IsGoodAsync(string? token, CancellationToken cancellationToken) => await FindAsync(token, cancellationToken) is not null;

    public async Task<EmailChangeOutcome> ConfirmAsync(string? token, Client client, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } user)
        {
            return new EmailChangeOutcome.InvalidToken();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            if (!await TakeAsync(user, EmailAddress.Parse(user.PendingEmail)!, cancellationToken))
            {
                return new EmailChangeOutcome.InvalidToken();
            }
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: UserConfiguration.EmailIndex })
        {
            return new EmailChangeOutcome.Taken();
        }

        var now = clock.GetUtcNow();
        db.Audit(AuditEvents.EmailChanged, now, client, user.Id, user.Id);
        db.OweMail(MailKinds.EmailChanged, user, user.Email!, now, new Dictionary<string, string>(StringComparer.Ordinal) { [Outbox.NewAddress] = user.PendingEmail! });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new EmailChangeOutcome.Changed();
    }

    // The stamp in the condition is the lock: of two that come with one token, one changes it and the other finds nothing.
    private async Task<bool> TakeAsync(User user, EmailAddress address, CancellationToken cancellationToken)
    {
        var stamp = User.NewStamp();
        return await db.Users.Where(found => found.Id == user.Id && found.SecurityStamp == user.SecurityStamp && found.PendingEmail == user.PendingEmail && found.Status == UserStatus.Active)
            .ExecuteUpdateAsync(set => set
                .SetProperty(found => found.SecurityStamp, stamp)
                .SetProperty(found => found.Email, address.Address)
                .SetProperty(found => found.NormalizedEmail, address.Canonical)
                .SetProperty(found => found.EmailConfirmed, true)
                .SetProperty(found => found.PendingEmail, (string?)null)
                .SetProperty(found => found.PendingEmailAt, (DateTimeOffset?)null), cancellationToken) == 1;
    }

    private async Task<User?> FindAsync(string? text, CancellationToken cancellationToken) =>
        tokens.Read(text, MailedTokenUse.ConfirmNewEmail) is { } token
        && await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == token.UserId && user.PendingEmail == token.Detail && user.Status == UserStatus.Active, cancellationToken) is { } user
        && token.IsStillGoodFor(user)
            ? user
            : null;
}
