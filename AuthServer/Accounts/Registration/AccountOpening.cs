using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Registration;

/// <summary>Saves a new account and makes it usable: at once, or when the mailbox is confirmed.</summary>
internal sealed class AccountOpening(
    AuthDbContext db, EmailOutbox outbox, UserAccounts accounts, AccountCommit commit, SessionStarter starter, IHostEnvironment environment)
{
    private static readonly string[] Methods = ["pwd"];

    /// <summary>Signs the person in at once; an address or a user name that is taken is reported.</summary>
    public async Task<RegistrationOutcome> AtOnceAsync(
        User user, RegisterRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var outcome = await OpenAsync(user, request, origin, cancellationToken);
        if (outcome is RegistrationOutcome.Registered)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return outcome;
    }

    /// <summary>The same in the open transaction, which must be rolled back unless the account was opened.</summary>
    public async Task<RegistrationOutcome> OpenAsync(
        User user, RegisterRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if ((await commit.SaveAsync(cancellationToken)).Refusal() is { } taken)
        {
            return new RegistrationOutcome.Refused(taken);
        }

        await EnqueueMailAsync(MailKinds.VerifyEmail, user, request, cancellationToken);
        var identity = new AuthenticatedIdentity(user.Id, Methods, origin, request.DeviceName, user.PasswordHash);
        var response = await starter.StartAsync(identity, db.Connection(), null, cancellationToken)
            ?? throw new InvalidOperationException("An account created in this transaction could not be signed in.");
        return new RegistrationOutcome.Registered(response);
    }

    /// <summary>
    /// For accounts that can be used once the mailbox is confirmed. The response reveals nothing: new and existing accounts lead to
    /// the same write and the same answer, and only the mail differs.
    /// </summary>
    public async Task<RegistrationOutcome> AfterProofAsync(
        User user, RegisterRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await transaction.CreateSavepointAsync("account", cancellationToken);
        var isNew = await commit.SaveAsync(cancellationToken) is AccountCommitOutcome.Saved;
        if (!isNew)
        {
            await transaction.RollbackToSavepointAsync("account", cancellationToken);
            db.ChangeTracker.Clear();
            await commit.RecordRefusalAsync(AuditEvents.RegistrationRefused, origin, null, null, ErrorCodes.EmailTaken.Code);
        }

        await EnqueueMailAsync(MailKinds.Registration, user, request, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new RegistrationOutcome.MailSent(isNew && environment.IsDevelopment()
            ? await accounts.GenerateEmailConfirmationTokenAsync(user)
            : null);
    }

    private Task<TimeSpan?> EnqueueMailAsync(string kind, User user, RegisterRequest request, CancellationToken cancellationToken) =>
        outbox.RequestAsync(
            kind, null, user.NormalizedEmail!, request.Locale ?? request.AskedIn, MailLinks.Data(request.Link),
            db.Connection(), cancellationToken);
}
