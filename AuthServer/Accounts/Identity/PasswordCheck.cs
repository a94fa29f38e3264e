using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace AuthServer.Accounts.Identity;

/// <summary>The data of an account that a password check needs.</summary>
internal sealed record CheckedAccount(
    Guid Id, string? PasswordHash, bool IsActive, bool IsEmailConfirmed, bool MustResetPassword, string Address)
{
    public static CheckedAccount Of(User user)
    {
        var isActive = user.Status == UserStatus.Active;
        return new(user.Id, user.PasswordHash, isActive, user.EmailConfirmed, user.MustResetPassword, user.NormalizedEmail!);
    }
}

/// <summary>
/// The outcome of checking a password. Until it is disposed of, no other attempt for that name proceeds: a correct one has to be
/// refunded before the next is counted.
/// </summary>
internal abstract record PasswordCheckOutcome : IDisposable
{
    private PasswordCheckOutcome(PasswordCheck.Lease lease) => Lease = lease;

    public PasswordCheck.Lease Lease { get; }

    public SignInAttempt Attempt => Lease.Attempt;

    public void Dispose() => Lease.Dispose();

    /// <summary>Refused before the password was checked.</summary>
    public sealed record LockedOut(PasswordCheck.Lease Lease, CheckedAccount? Account, TimeSpan RetryAfter) : PasswordCheckOutcome(Lease);

    /// <param name="Lease">To be released, or refunded.</param>
    /// <param name="Account">Null if there is none of that name.</param>
    /// <param name="Locks">Whether it locked the name.</param>
    public sealed record Mismatched(PasswordCheck.Lease Lease, CheckedAccount? Account, bool Locks) : PasswordCheckOutcome(Lease);

    /// <summary>
    /// The password is correct. It is still counted as a failure: the statement that follows has to <see cref="Refund"/> it.
    /// </summary>
    /// <param name="Lease">To be released, or refunded.</param>
    /// <param name="Account">The account.</param>
    /// <param name="Hash">The hash the password was compared with, or its replacement.</param>
    /// <param name="Locks">Whether it locks the name if it is not refunded.</param>
    public sealed record Matched(PasswordCheck.Lease Lease, CheckedAccount Account, string Hash, bool Locks) : PasswordCheckOutcome(Lease)
    {
        public NpgsqlBatchCommand Refund() => SignInThrottle.Refund(Attempt, succeeded: true, Lease.CountedAnywhere);
    }
}

/// <summary>
/// The one place where a password is checked. The order is part of the design: the name's lock and a slot in the hashing queue, before
/// the database is asked; the attempt is counted in the round trip that finds the account; the lockout is checked before hashing; and a
/// hash is computed whether or not the account exists.
/// </summary>
internal sealed class PasswordCheck(
    NpgsqlDataSource database, SignInThrottle throttle, SignInIdentifierLocks locks, CorrectPasswordLimits limits, PasswordHashing hashing)
{
    // A guest's password works only once their mailbox is confirmed.
    private const string FindSql = """
        SELECT id, password_hash, status = 'active' AS is_active, email_confirmed, must_reset_password, normalized_email FROM users
        WHERE NOT is_anonymous AND
        """;

    /// <summary>Checks the password of the account with this canonical name.</summary>
    public Task<PasswordCheckOutcome> CheckAsync(string name, string password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var column = name.Contains('@', StringComparison.Ordinal) ? "normalized_email" : "normalized_user_name";
        var find = SqlStep.Of($"{FindSql} {column} = @name").Add("name", name);
        var attempt = throttle.Attempt(name, origin);
        return CheckAsync(attempt, password, [throttle.Count(attempt, name), find], known: null, cancellationToken);
    }

    /// <summary>Checks the password of a known account.</summary>
    public Task<PasswordCheckOutcome> CheckAsync(User user, string password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var attempt = throttle.Attempt(user.NormalizedEmail!, origin);
        return CheckAsync(attempt, password, [throttle.Count(attempt, user.Id)], CheckedAccount.Of(user), cancellationToken);
    }

    private async Task<PasswordCheckOutcome> CheckAsync(
        SignInAttempt attempt, string password, NpgsqlBatchCommand[] first, CheckedAccount? known, CancellationToken cancellationToken)
    {
        limits.Admit(attempt.Network);
        var lease = new Lease(attempt, await locks.TakeAsync(attempt, cancellationToken));
        try
        {
            lease.QueueSlot = hashing.EnterQueue();
            var (decision, found) = await CountAsync(first);
            lease.CountedAnywhere = decision.CountedAnywhere;
            var account = known ?? found;
            return decision.RetryAfter is { } retryAfter ? new PasswordCheckOutcome.LockedOut(lease, account, retryAfter)
                : await VerifyAsync(lease, account, password, cancellationToken) is { } hash
                    ? new PasswordCheckOutcome.Matched(lease, account!, hash, decision.SetLock)
                : new PasswordCheckOutcome.Mismatched(lease, account, decision.SetLock);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Counts a correct password towards the limits, when the answer is going to tell that it was: not before, or the limits would tell
    /// of accounts that the answer hides.
    /// </summary>
    public async Task CountCorrectAsync(PasswordCheckOutcome.Matched match)
    {
        try
        {
            limits.Count(match.Account.Id, match.Attempt.Network);
        }
        catch (RateLimitedException)
        {
            await database.RefundAsync(match.Attempt, match.Lease.CountedAnywhere);
            throw;
        }
    }

    // Without the request's cancellation: if it hangs up now, nobody could tell whether the attempt was counted and must be refunded.
    private async Task<(ThrottleDecision Decision, CheckedAccount? Account)> CountAsync(NpgsqlBatchCommand[] first)
    {
        await using var batch = database.CreateBatch();
        Array.ForEach(first, batch.BatchCommands.Add);
        await using var row = await batch.ExecuteReaderAsync();
        var decision = await throttle.ReadAsync(row, CancellationToken.None);
        return await row.NextResultAsync() && await row.ReadAsync()
            ? (decision, Read(new(row)))
            : (decision, null);
    }

    private static CheckedAccount Read(RowReader row) =>
        new(
            row.Read<Guid>("id"), row.ReadText("password_hash"), row.Read<bool>("is_active"), row.Read<bool>("email_confirmed"),
            row.Read<bool>("must_reset_password"), row.Read<string>("normalized_email"));

    // The hash that is stored now; null if the password is wrong.
    private async Task<string?> VerifyAsync(
        Lease lease, CheckedAccount? account, string password, CancellationToken cancellationToken)
    {
        try
        {
            var result = await hashing.VerifyAsync(account?.PasswordHash, password, cancellationToken, lease.QueueSlot);
            if (result == PasswordVerificationResult.Failed)
            {
                return null;
            }

            return result == PasswordVerificationResult.SuccessRehashNeeded
                ? await RehashAsync(lease, account!, password, cancellationToken)
                : account!.PasswordHash;
        }
        catch
        {
            await database.RefundAsync(lease.Attempt, lease.CountedAnywhere);
            throw;
        }
    }

    private async Task<string> RehashAsync(
        Lease lease, CheckedAccount account, string password, CancellationToken cancellationToken)
    {
        var hash = await hashing.HashAsync(password, cancellationToken, lease.QueueSlot);
        await using var command = database.CreateCommand("UPDATE users SET password_hash = @new WHERE id = @id AND password_hash = @old");
        command.Add("new", hash);
        command.Add("old", account.PasswordHash!);
        command.Add("id", account.Id);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? hash : account.PasswordHash!;
    }

    /// <summary>The lock of a name, a slot in the hashing queue, and what was counted.</summary>
    internal sealed class Lease(SignInAttempt attempt, SignInIdentifierLocks.Lease name) : IDisposable
    {
        public SignInAttempt Attempt => attempt;

        public FairQueue.Slot? QueueSlot { get; set; }

        public bool CountedAnywhere { get; set; }

        public void Dispose()
        {
            QueueSlot?.Dispose();
            name.Dispose();
        }
    }
}
