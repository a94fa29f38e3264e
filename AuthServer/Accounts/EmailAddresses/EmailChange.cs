using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.EmailAddresses;

internal abstract record EmailChangeOutcome
{
    private EmailChangeOutcome()
    {
    }

    /// <summary>Whether the address already has an account is disclosed only to its owner, by mail.</summary>
    public sealed record Requested(string? DevToken) : EmailChangeOutcome;

    public sealed record NotReauthenticated(ReauthenticationRefusal Refusal) : EmailChangeOutcome;

    public sealed record SameAddress : EmailChangeOutcome;

    /// <summary>A guest has no address to change: they register.</summary>
    public sealed record NotForGuests : EmailChangeOutcome;

    /// <summary>The account was changed concurrently.</summary>
    public sealed record ConcurrentlyChanged : EmailChangeOutcome;
}

/// <summary>
/// Requests another address: needs the password, and notifies the old address. It takes effect when its mailbox is confirmed.
/// </summary>
internal sealed class EmailChange(
    AuthDbContext db, EmailOutbox outbox, UserAccounts accounts, EmailTokenSettings settings, PasswordReauthentication passwords,
    AccountCommit commit, IHostEnvironment environment, TimeProvider clock)
{
    public async Task<EmailChangeOutcome> RequestAsync(
        Caller caller, EmailChangeRequest request, string? language, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var user = await db.Users.SingleAsync(found => found.Id == caller.UserId, cancellationToken);
        if (user.IsAnonymous)
        {
            return new EmailChangeOutcome.NotForGuests();
        }

        var address = EmailAddress.Parse(request.NewEmail)!;
        if (address.Address == user.Email)
        {
            return new EmailChangeOutcome.SameAddress();
        }

        if (await passwords.CheckAsync(
            user, request.CurrentPassword!.Reveal(), AuditEvents.EmailChangeRequested, caller, origin, cancellationToken) is { } refusal)
        {
            return new EmailChangeOutcome.NotReauthenticated(refusal);
        }

        if (!await SaveAsync(user, address, request.Link, language, caller, origin, cancellationToken))
        {
            return new EmailChangeOutcome.ConcurrentlyChanged();
        }

        return new EmailChangeOutcome.Requested(environment.IsDevelopment()
            ? await accounts.GenerateChangeEmailTokenAsync(user, address.Address)
            : null);
    }

    public async Task<PendingEmail?> FindPendingAsync(Guid userId, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - settings.VerificationLifetime;
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(
            user => user.Id == userId
                && user.PendingEmailAt > since, cancellationToken) is { PendingEmail: { } address, PendingEmailAt: { } at }
            ? new(address, at, at + settings.VerificationLifetime)
            : null;
    }

    public async Task CancelAsync(Caller caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await accounts.LockAsync(caller.UserId, cancellationToken) is { PendingEmail: not null } user)
        {
            await accounts.ForgetPendingEmailAsync(user);
            var update = new AccountUpdate(AuditEvents.EmailChangeCancelled) { SessionId = caller.SessionId };
            await commit.CommitAsync(user, update, origin, cancellationToken);
        }
    }

    // Only if the password that was checked is still current: checking takes time, and a reset may have happened meanwhile.
    private async Task<bool> SaveAsync(
        User user, EmailAddress address, string? link, string? language, Caller caller, RequestOrigin origin,
        CancellationToken cancellationToken)
    {
        var stamp = user.SecurityStamp;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await accounts.LockAsync(user.Id, cancellationToken) is not { MustResetPassword: false, Status: UserStatus.Active }
            || user.SecurityStamp != stamp)
        {
            return false;
        }

        await accounts.AskForEmailAsync(user, address);
        var update = new AccountUpdate(AuditEvents.EmailChangeRequested)
        {
            SessionId = caller.SessionId,
            Notice = user.EmailConfirmed ? AccountNotice.OfNewEmail(MailKinds.EmailChangeRequested, user, address.Address) : null,
            Also = async () =>
            {
                var connection = db.Connection();
                var data = MailLinks.Data(link);
                const string Kind = MailKinds.ConfirmNewEmail;
                await outbox.RequestAsync(Kind, user.Id, address.Canonical, language, data, connection, cancellationToken);
                return [];
            },
        };
        return await commit.CommitAsync(user, update, origin, cancellationToken) is AccountCommitOutcome.Saved;
    }
}
