using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Accounts.SignIn;

internal abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    public sealed record SignedIn(SignedInResponse Response) : SignInOutcome;

    /// <summary>No such account, or a wrong password: the answer does not say which.</summary>
    public sealed record Rejected : SignInOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : SignInOutcome;

    public sealed record Disabled : SignInOutcome;

    public sealed record Unverified : SignInOutcome;

    /// <summary>The password is correct but may have leaked: a link to set a new one was mailed.</summary>
    public sealed record ResetRequired : SignInOutcome;
}

/// <summary>
/// Signs a person in with a password. The order of the checks is part of the design: the lockout before hashing, and the state of
/// the account only after a correct password, so that a wrong one discloses nothing about it.
/// </summary>
internal sealed class PasswordSignIn(
    NpgsqlDataSource database, PasswordCheck passwords, SessionStarter starter, EmailOutbox outbox, AccountRules rules, TimeProvider clock)
{
    private static readonly string[] Methods = ["pwd"];

    private static readonly string FailureSql =
        AuditInsert.Sql("type", AuditInsert.Failure, subject: "@user_id", reason: "@reason", from: "unnest(@types) AS type");

    public async Task<SignInOutcome> SignInAsync(
        string name, string password, string? deviceName, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var canonical = name.Contains('@', StringComparison.Ordinal) ? EmailAddress.Canonicalize(name) : UserName.Normalize(name.Trim());
        using var check = await passwords.CheckAsync(canonical, password, origin, cancellationToken);
        switch (check)
        {
            case PasswordCheckOutcome.LockedOut locked:
                await AuditFailureAsync(locked.Account?.Id, check.Attempt, origin, "locked_out");
                return new SignInOutcome.LockedOut(locked.RetryAfter);
            case PasswordCheckOutcome.Mismatched wrong:
                return await RejectAsync(wrong.Account, wrong.Locks, check.Attempt, origin);
            // Registering did not disclose whether the address had an account; signing in with the password just chosen must not either.
            case PasswordCheckOutcome.Matched { Account.IsEmailConfirmed: false } right when rules.VerifyFirst:
                return await RejectAsync(right.Account, right.Locks, check.Attempt, origin);
            default:
                return await EnterAsync((PasswordCheckOutcome.Matched)check, deviceName, origin);
        }
    }

    private async Task<SignInOutcome> RejectAsync(CheckedAccount? account, bool locks, SignInAttempt attempt, RequestOrigin origin)
    {
        await AuditFailureAsync(account?.Id, attempt, origin, "invalid_credentials", locks);
        return new SignInOutcome.Rejected();
    }

    // Without the request's cancellation: the attempt is still counted as a failure, and hanging up must not leave it so.
    private async Task<SignInOutcome> EnterAsync(PasswordCheckOutcome.Matched check, string? deviceName, RequestOrigin origin)
    {
        var (account, attempt) = (check.Account, check.Attempt);
        await passwords.CountCorrectAsync(check);
        if (!account.IsActive || (rules.RequireVerifiedEmail && !account.IsEmailConfirmed))
        {
            await database.WriteAsync(check.Refund());
            await AuditFailureAsync(account.Id, attempt, origin, account.IsActive ? "email_not_verified" : "account_disabled");
            return account.IsActive ? new SignInOutcome.Unverified() : new SignInOutcome.Disabled();
        }

        if (account.MustResetPassword)
        {
            await database.WriteAsync(check.Refund());
            await AuditFailureAsync(account.Id, attempt, origin, "password_reset_required");
            // Subject to the same limits as other requests for it.
            await outbox.RequestAsync(MailKinds.ResetPassword, null, account.Address, null, null, CancellationToken.None);
            return new SignInOutcome.ResetRequired();
        }

        await using var connection = await database.OpenConnectionAsync();
        var identity = new AuthenticatedIdentity(account.Id, Methods, origin, deviceName, check.Hash);
        if (await starter.StartAsync(identity, connection, check.Refund(), CancellationToken.None) is { } response)
        {
            return new SignInOutcome.SignedIn(response);
        }

        // The account was disabled, or its password changed, while this one was being hashed.
        await AuditFailureAsync(account.Id, attempt, origin, "account_changed");
        return new SignInOutcome.Rejected();
    }

    // Ignores the request's cancellation: disconnecting must not keep a failure out of the record.
    private async Task AuditFailureAsync(Guid? userId, SignInAttempt attempt, RequestOrigin origin, string reason, bool setLock = false)
    {
        string[] types = setLock ? [AuditEvents.SignInFailed, AuditEvents.SignInLocked] : [AuditEvents.SignInFailed];
        var step = SqlStep.Of(FailureSql)
            .Add("types", types)
            .Add("now", clock.GetUtcNow())
            .Add("user_id", userId)
            .Add("reason", reason);
        step.Parameters.AddOrigin(origin);
        await database.WriteAsync(setLock && userId is { } locked ? [step, AccountLockedMail.Enqueue(locked, attempt, clock)] : [step]);
    }
}
