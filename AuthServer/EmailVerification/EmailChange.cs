using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Data.Configurations;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Http;
using AuthServer.Sessions;
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

    /// <summary>The account is no longer what it was a moment ago.</summary>
    public sealed record Overtaken : EmailChangeRequestOutcome;
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

    /// <summary>The link is good, and not enough; it can be used again.</summary>
    public sealed record PasswordNeeded : EmailChangeOutcome;

    public sealed record WrongPassword : EmailChangeOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : EmailChangeOutcome;

    public sealed record InvalidToken : EmailChangeOutcome;
}

/// <summary>
/// Gives an account another address: after the password, after the proof of the new mailbox, and never behind the old one's
/// back. The link is used by whoever asked for it, with their session or their password: or somebody could have a stranger
/// press the button, and the stranger's address would stand for an account that is not theirs.
/// </summary>
internal sealed class EmailChange(AuthDbContext db, Outbox outbox, MailedTokens tokens, MailedTokenSettings settings, PasswordProof passwords, IHostEnvironment environment, TimeProvider clock)
{
    public async Task<EmailChangeRequestOutcome> RequestAsync(Caller caller, EmailChangeRequest request, string? language, Client client, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(found => found.Id == caller.UserId, cancellationToken);
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

        if (!await SaveAsync(user, address, request.Link, language, caller, client, cancellationToken))
        {
            return new EmailChangeRequestOutcome.Overtaken();
        }

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

    public async Task<EmailChangeOutcome> ConfirmAsync(string? token, string? password, Caller? caller, Client client, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } user)
        {
            return new EmailChangeOutcome.InvalidToken();
        }

        return caller?.UserId != user.Id && await ProveAsync(user, password, client, cancellationToken) is { } refused
            ? refused
            : await ChangeAsync(user, client, cancellationToken);
    }

    private async Task<EmailChangeOutcome?> ProveAsync(User user, string? password, Client client, CancellationToken cancellationToken) =>
        password is null ? new EmailChangeOutcome.PasswordNeeded() : await passwords.CheckAsync(user, password, client, cancellationToken) switch
        {
            ProofOutcome.LockedOut locked => new EmailChangeOutcome.LockedOut(locked.RetryAfter),
            ProofOutcome.Wrong => new EmailChangeOutcome.WrongPassword(),
            _ => null,
        };

    private async Task<EmailChangeOutcome> ChangeAsync(User user, Client client, CancellationToken cancellationToken)
    {
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
        if (user.EmailConfirmed)
        {
            db.OweMail(MailKinds.EmailChanged, user, user.Email!, now, new Dictionary<string, string>(StringComparer.Ordinal) { [Outbox.NewAddress] = user.PendingEmail! });
        }

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

    // Only if the password that was checked is still the one: checking takes its time, and a reset may have come meanwhile.
    private async Task<bool> SaveAsync(User user, EmailAddress address, string? link, string? language, Caller caller, Client client, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Users.Where(found => found.Id == user.Id && found.SecurityStamp == user.SecurityStamp && found.Status == UserStatus.Active)
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

    private async Task<User?> FindAsync(string? text, CancellationToken cancellationToken) =>
        tokens.Read(text, MailedTokenUse.ConfirmNewEmail) is { } token
        && clock.GetUtcNow() - settings.VerificationLifetime is var since
        && await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == token.UserId && user.PendingEmail == token.Detail && user.PendingEmailAt > since && user.Status == UserStatus.Active, cancellationToken) is { } user
        && token.IsStillGoodFor(user)
            ? user
            : null;
}
