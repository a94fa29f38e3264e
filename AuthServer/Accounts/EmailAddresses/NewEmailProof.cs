using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.EmailAddresses;

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
internal sealed class NewEmailProof(
    AuthDbContext db, UserAccounts accounts, MailedTokenSettings settings, PasswordReauthentication passwords, AccountCommit commit,
    TimeProvider clock)
{
    /// <summary>Whether the token would be taken now; it is not used up.</summary>
    public async Task<bool> IsGoodAsync(string? token) => await FindAsync(token) is not null;

    public async Task<NewEmailProofOutcome> ConfirmAsync(string? token, string? password, Caller? caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await FindAsync(token) is not { } user)
        {
            return new NewEmailProofOutcome.InvalidToken();
        }

        return caller?.UserId != user.Id && await ProveAsync(user, password, origin, cancellationToken) is { } refused
            ? refused
            : await ChangeAsync(user, token!, origin, cancellationToken);
    }

    private async Task<NewEmailProofOutcome?> ProveAsync(User user, string? password, RequestOrigin origin, CancellationToken cancellationToken) =>
        password is null ? new NewEmailProofOutcome.PasswordNeeded() : await passwords.CheckAsync(user, password, origin, cancellationToken) switch
        {
            ReauthenticationOutcome.LockedOut locked => new NewEmailProofOutcome.LockedOut(locked.RetryAfter),
            ReauthenticationOutcome.Mismatch => new NewEmailProofOutcome.WrongPassword(),
            _ => null,
        };

    private async Task<NewEmailProofOutcome> ChangeAsync(User user, string token, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Another address may have been asked for meanwhile, which leaves the stamp as it is.
        if (await accounts.LockAsync(user.Id, cancellationToken) is null || await FindAsync(token) is null)
        {
            return new NewEmailProofOutcome.InvalidToken();
        }

        var update = UpdateOf(user);
        if (await accounts.ChangeEmailAsync(user, user.PendingEmail!, token) is { Succeeded: false })
        {
            return new NewEmailProofOutcome.InvalidToken();
        }

        return await commit.CommitAsync(user, update, origin, cancellationToken) switch
        {
            AccountCommitOutcome.Saved => new NewEmailProofOutcome.Changed(),
            AccountCommitOutcome.EmailTaken => new NewEmailProofOutcome.Taken(),
            _ => new NewEmailProofOutcome.InvalidToken(),
        };
    }

    private static AccountUpdate UpdateOf(User user) => user.IsAnonymous
        ? new(AuditEvents.GuestRegistered) { EndsSessions = RevocationReason.GuestRegistered }
        : new(AuditEvents.EmailChanged)
        {
            Notice = user.EmailConfirmed ? AccountNotice.OfNewEmail(MailKinds.EmailChanged, user, user.PendingEmail!) : null,
        };

    private async Task<User?> FindAsync(string? token) =>
        await accounts.FindByNewEmailTokenAsync(token) is { } user
        && user.PendingEmailAt > clock.GetUtcNow() - settings.VerificationLifetime
            ? user
            : null;
}
