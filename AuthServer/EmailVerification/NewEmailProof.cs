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

/// <summary>What became of proving the new mailbox.</summary>
internal abstract record NewEmailProofOutcome
{
    private NewEmailProofOutcome()
    {
    }

    public sealed record Changed : NewEmailProofOutcome;

    /// <summary>Somebody else has registered with the address meanwhile.</summary>
    public sealed record Taken : NewEmailProofOutcome;

    /// <summary>The link is good, and not enough; it can be used again.</summary>
    public sealed record PasswordNeeded : NewEmailProofOutcome;

    public sealed record WrongPassword : NewEmailProofOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : NewEmailProofOutcome;

    public sealed record InvalidToken : NewEmailProofOutcome;
}

/// <summary>
/// Proves the mailbox an account is to have, and makes its address that of the account. The link is used by whoever asked for
/// it, with their session or their password: or somebody could have a stranger press the button, and the stranger's address
/// would stand for an account that is not theirs. A guest who registered becomes a person by it, and their sessions as a guest end.
/// </summary>
internal sealed class NewEmailProof(AuthDbContext db, MailedTokens tokens, MailedTokenSettings settings, PasswordProof passwords, SessionRevoker revoker, RevocationFeed feed, TimeProvider clock)
{
    /// <summary>Whether the token would be taken now; it is not used up.</summary>
    public async Task<bool> IsGoodAsync(string? token, CancellationToken cancellationToken) => await FindAsync(token, cancellationToken) is not null;

    public async Task<NewEmailProofOutcome> ConfirmAsync(string? token, string? password, Caller? caller, Client client, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } user)
        {
            return new NewEmailProofOutcome.InvalidToken();
        }

        return caller?.UserId != user.Id && await ProveAsync(user, password, client, cancellationToken) is { } refused
            ? refused
            : await ChangeAsync(user, client, cancellationToken);
    }

    private async Task<NewEmailProofOutcome?> ProveAsync(User user, string? password, Client client, CancellationToken cancellationToken) =>
        password is null ? new NewEmailProofOutcome.PasswordNeeded() : await passwords.CheckAsync(user, password, client, cancellationToken) switch
        {
            ProofOutcome.LockedOut locked => new NewEmailProofOutcome.LockedOut(locked.RetryAfter),
            ProofOutcome.Wrong => new NewEmailProofOutcome.WrongPassword(),
            _ => null,
        };

    private async Task<NewEmailProofOutcome> ChangeAsync(User user, Client client, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            if (!await TakeAsync(user, EmailAddress.Parse(user.PendingEmail)!, cancellationToken))
            {
                return new NewEmailProofOutcome.InvalidToken();
            }
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: UserConfiguration.EmailIndex })
        {
            return new NewEmailProofOutcome.Taken();
        }

        var now = clock.GetUtcNow();
        db.Audit(user.IsAnonymous ? AuditEvents.GuestRegistered : AuditEvents.EmailChanged, now, client, user.Id, user.Id);
        if (user.EmailConfirmed)
        {
            db.OweMail(MailKinds.EmailChanged, user, user.Email!, now, new Dictionary<string, string>(StringComparer.Ordinal) { [Outbox.NewAddress] = user.PendingEmail! });
        }

        await db.SaveChangesAsync(cancellationToken);
        IReadOnlyList<Guid> ended = user.IsAnonymous
            ? await revoker.EndAllAsync(user.Id, kept: null, RevocationReason.GuestRegistered, client, (NpgsqlConnection)db.Database.GetDbConnection(), cancellationToken)
            : [];
        await transaction.CommitAsync(cancellationToken);
        feed.Refuse(ended);
        await db.TakePendingUserNameAsync(user);
        return new NewEmailProofOutcome.Changed();
    }

    // The stamp in the condition is the lock: of two that come with one token, one changes it and the other finds nothing.
    private async Task<bool> TakeAsync(User user, EmailAddress address, CancellationToken cancellationToken)
    {
        var stamp = User.NewStamp();
        return await db.Users.Where(found => found.Id == user.Id && found.SecurityStamp == user.SecurityStamp && found.PendingEmail == user.PendingEmail && !found.MustResetPassword && found.Status == UserStatus.Active)
            .ExecuteUpdateAsync(set => set
                .SetProperty(found => found.SecurityStamp, stamp)
                .SetProperty(found => found.Email, address.Address)
                .SetProperty(found => found.NormalizedEmail, address.Canonical)
                .SetProperty(found => found.EmailConfirmed, true)
                .SetProperty(found => found.IsAnonymous, false)
                .SetProperty(found => found.PendingEmail, (string?)null)
                .SetProperty(found => found.PendingEmailAt, (DateTimeOffset?)null), cancellationToken) == 1;
    }

    private async Task<User?> FindAsync(string? text, CancellationToken cancellationToken) =>
        tokens.Read(text, MailedTokenUse.ConfirmNewEmail) is { } token
        && clock.GetUtcNow() - settings.VerificationLifetime is var since
        && await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == token.UserId && user.PendingEmail == token.Detail && user.PendingEmailAt > since && !user.MustResetPassword && user.Status == UserStatus.Active, cancellationToken) is { } user
        && token.IsStillGoodFor(user)
            ? user
            : null;
}
