using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Domain;
using AuthServer.Email;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using NpgsqlTypes;

namespace AuthServer.SignIn;

/// <summary>What became of an attempt to sign in.</summary>
internal abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    public sealed record SignedIn(SignedInResponse Response) : SignInOutcome;

    /// <summary>No such account, or not its password: nobody is told which.</summary>
    public sealed record Rejected : SignInOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : SignInOutcome;

    public sealed record Disabled : SignInOutcome;

    public sealed record Unverified : SignInOutcome;

    /// <summary>The password is right, and may be in other hands too: a link to set a new one is on its way.</summary>
    public sealed record ResetRequired : SignInOutcome;
}

/// <summary>
/// Signs a person in with a password. The order of the checks is part of the design: the lock before the hash, and the
/// state of the account only after the right password, so that a wrong one learns nothing about it.
/// </summary>
internal sealed class PasswordSignIn(NpgsqlDataSource database, SignInThrottle throttle, NameTurns turns, PasswordHashing hashing, SessionStarter starter, Outbox outbox, AccountRules rules, TimeProvider clock)
{
    private const string Columns = "SELECT id, password_hash, status = 'active', email_confirmed, must_reset_password, normalized_email FROM users";
    private static readonly string[] Methods = ["pwd"];

    public async Task<SignInOutcome> SignInAsync(string name, string password, string? deviceName, Client client, CancellationToken cancellationToken)
    {
        var canonical = name.Contains('@', StringComparison.Ordinal) ? EmailAddress.Canonicalize(name) : UserName.Normalize(name.Trim());
        var attempt = throttle.Attempt(canonical, client);
        using var turn = await turns.TakeAsync(attempt, cancellationToken);
        using var place = hashing.TakePlace();
        var (verdict, account) = await CountAndFindAsync(attempt, canonical, cancellationToken);
        if (verdict.RetryAfter is { } retryAfter)
        {
            await AuditFailureAsync(account?.Id, attempt, client, "locked_out");
            return new SignInOutcome.LockedOut(retryAfter);
        }

        var (isRight, hash) = await CheckAsync(account, password, attempt, cancellationToken);
        // Registering told nobody whether the address had an account; signing in with the password just chosen must not either.
        if (!isRight || (rules.VerifyFirst && !account!.IsEmailVerified))
        {
            await AuditFailureAsync(account?.Id, attempt, client, "invalid_credentials", verdict.SetLock);
            return new SignInOutcome.Rejected();
        }

        return await EnterAsync(account!, hash!, deviceName, attempt, client, cancellationToken);
    }

    private async Task<SignInOutcome> EnterAsync(Account account, string hash, string? deviceName, Attempt attempt, Client client, CancellationToken cancellationToken)
    {
        var takeBack = SignInThrottle.TakeBack(attempt, succeeded: true);
        if (!account.IsActive || (rules.RequireVerifiedEmail && !account.IsEmailVerified))
        {
            await database.WriteAsync(takeBack);
            await AuditFailureAsync(account.Id, attempt, client, account.IsActive ? "email_not_verified" : "account_disabled");
            return account.IsActive ? new SignInOutcome.Unverified() : new SignInOutcome.Disabled();
        }

        if (account.MustReset)
        {
            await database.WriteAsync(takeBack);
            await AuditFailureAsync(account.Id, attempt, client, "password_reset_required");
            // Not more often than anybody may ask for it.
            await outbox.RequestAsync(MailKinds.ResetPassword, null, account.Address, null, null, CancellationToken.None);
            return new SignInOutcome.ResetRequired();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await starter.StartAsync(new(account.Id, Methods, client, deviceName, hash), connection, takeBack, cancellationToken) is { } response)
        {
            return new SignInOutcome.SignedIn(response);
        }

        // The account was disabled, or its password changed, while this one was being hashed.
        await AuditFailureAsync(account.Id, attempt, client, "account_changed");
        return new SignInOutcome.Rejected();
    }

    private async Task<(Verdict Verdict, Account? Account)> CountAndFindAsync(Attempt attempt, string canonical, CancellationToken cancellationToken)
    {
        // A guest's password counts when their mailbox is proven.
        var find = new NpgsqlBatchCommand($"{Columns} WHERE NOT is_anonymous AND {(canonical.Contains('@', StringComparison.Ordinal) ? "normalized_email" : "normalized_user_name")} = @name");
        find.Parameters.Add(new("name", canonical));
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(throttle.Count(attempt));
        batch.BatchCommands.Add(find);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var verdict = await throttle.ReadAsync(row, cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (verdict, new Account(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetString(5)))
            : (verdict, null);
    }

    private async Task<(bool IsRight, string? Hash)> CheckAsync(Account? account, string password, Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            switch (await hashing.VerifyAsync(account?.PasswordHash, password, cancellationToken))
            {
                case PasswordVerificationResult.Success:
                    return (true, account!.PasswordHash);
                case PasswordVerificationResult.SuccessRehashNeeded:
                    return (true, await RehashAsync(account!, password, cancellationToken));
                default:
                    return (false, null);
            }
        }
        catch
        {
            await database.ForgetAsync(attempt);
            throw;
        }
    }

    private async Task<string> RehashAsync(Account account, string password, CancellationToken cancellationToken)
    {
        var hash = await hashing.HashAsync(password, cancellationToken);
        await using var command = database.CreateCommand("UPDATE users SET password_hash = @new WHERE id = @id AND password_hash = @old");
        command.Parameters.Add(new("new", hash));
        command.Parameters.Add(new("old", account.PasswordHash!));
        command.Parameters.Add(new("id", account.Id));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? hash : account.PasswordHash!;
    }

    // Without the request's cancellation: hanging up must not keep a failure out of the record.
    private async Task AuditFailureAsync(Guid? userId, Attempt attempt, Client client, string reason, bool setLock = false)
    {
        var step = new NpgsqlBatchCommand($"""
            INSERT INTO audit_events {AuditLog.Columns}
            SELECT type, 'failure', @now, NULL, @user_id, NULL, NULL, @ip, @user_agent, @request_id, @reason FROM unnest(@types) AS type
            """);
        step.Parameters.Add(new("types", setLock ? new[] { AuditEvents.SignInFailed, AuditEvents.SignInLocked } : [AuditEvents.SignInFailed]));
        step.Parameters.Add(new("now", clock.GetUtcNow()));
        step.Parameters.Add(new("user_id", NpgsqlDbType.Uuid) { Value = (object?)userId ?? DBNull.Value });
        step.Parameters.Add(new("reason", reason));
        step.Parameters.AddOrigin(client);
        await database.WriteAsync(setLock && userId is { } locked ? [step, AccountLockedMail.Owe(locked, attempt, clock)] : [step]);
    }

    private sealed record Account(Guid Id, string? PasswordHash, bool IsActive, bool IsEmailVerified, bool MustReset, string Address);
}
