using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Accounts.Identity;

internal abstract record ReauthenticationRefusal
{
    private ReauthenticationRefusal()
    {
    }

    public sealed record PasswordMissing : ReauthenticationRefusal;

    public sealed record WrongPassword : ReauthenticationRefusal;

    public sealed record LockedOut(TimeSpan RetryAfter) : ReauthenticationRefusal;

    /// <param name="field">The request's field with the password.</param>
    /// <param name="wrong">The message if the password is wrong.</param>
    /// <param name="missing">The message if there is none.</param>
    public Problem ToProblem(string field, string wrong, string missing = "Required.") => this switch
    {
        LockedOut locked => new(ErrorCodes.LockedOut, retryAfter: locked.RetryAfter),
        PasswordMissing => FieldErrors.One(field, missing),
        _ => FieldErrors.One(field, wrong),
    };
}

/// <summary>
/// Asks somebody who is signed in, or has only a mailed link, for the account's password before something important. It is throttled
/// like signing in; otherwise a stolen session or link could be used to guess the password.
/// </summary>
internal sealed class PasswordReauthentication(
    NpgsqlDataSource database, PasswordCheck passwords, AccountCommit commit, TimeProvider clock)
{
    private static readonly string LockedSql = AuditInsert.Sql(
        $"'{AuditEvents.SignInLocked}'", AuditInsert.Failure, actor: "@user_id", subject: "@user_id", reason: "'password_proof'");

    /// <summary>Null if the password is correct.</summary>
    public async Task<ReauthenticationRefusal?> CheckAsync(
        User user, string? password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (password is null)
        {
            return new ReauthenticationRefusal.PasswordMissing();
        }

        using var check = await passwords.CheckAsync(user, password, origin, cancellationToken);
        switch (check)
        {
            case PasswordCheckOutcome.LockedOut locked:
                return new ReauthenticationRefusal.LockedOut(locked.RetryAfter);
            case PasswordCheckOutcome.Matched matched:
                await passwords.CountCorrectAsync(matched);
                await database.WriteAsync(matched.Refund());
                // The password may have leaked: even if correct, it proves nothing.
                return user.MustResetPassword ? new ReauthenticationRefusal.WrongPassword() : null;
            case PasswordCheckOutcome.Mismatched { Locks: true }:
                await database.WriteAsync(AuditLocked(user, origin), AccountLockedMail.Enqueue(user.Id, check.Attempt, clock));
                break;
        }

        return new ReauthenticationRefusal.WrongPassword();
    }

    /// <summary>The same; a wrong password is audited as a refusal of the act.</summary>
    public async Task<ReauthenticationRefusal?> CheckAsync(
        User user, string? password, string act, Caller caller, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var refusal = await CheckAsync(user, password, origin, cancellationToken);
        if (refusal is ReauthenticationRefusal.WrongPassword)
        {
            await commit.RecordRefusalAsync(act, origin, user.Id, caller.SessionId, "wrong_password");
        }

        return refusal;
    }

    private NpgsqlBatchCommand AuditLocked(User user, RequestOrigin origin)
    {
        var step = SqlStep.Of(LockedSql).Add("now", clock.GetUtcNow()).Add("user_id", user.Id);
        step.Parameters.AddOrigin(origin);
        return step;
    }
}
