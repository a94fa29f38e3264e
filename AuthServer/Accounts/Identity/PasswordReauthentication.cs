using AuthServer.Accounts.Credentials;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Accounts.Identity;

internal abstract record ReauthenticationOutcome
{
    private ReauthenticationOutcome()
    {
    }

    public sealed record Confirmed : ReauthenticationOutcome;

    public sealed record Mismatch : ReauthenticationOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : ReauthenticationOutcome;
}

/// <summary>
/// Asks a signed-in person for their password again, before something important. It is throttled like signing in; otherwise a stolen
/// session could be used to guess the password.
/// </summary>
internal sealed class PasswordReauthentication(NpgsqlDataSource database, PasswordCheck passwords, TimeProvider clock)
{
    private static readonly string LockedSql = AuditInsert.Sql(
        $"'{AuditEvents.SignInLocked}'", AuditInsert.Failure, actor: "@user_id", subject: "@user_id", reason: "'password_proof'");

    public async Task<ReauthenticationOutcome> CheckAsync(
        User user, string password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        using var check = await passwords.CheckAsync(user, password, origin, cancellationToken);
        switch (check)
        {
            case PasswordCheckOutcome.LockedOut locked:
                return new ReauthenticationOutcome.LockedOut(locked.RetryAfter);
            case PasswordCheckOutcome.Matched matched:
                await database.WriteAsync(matched.Refund());
                // The password may have leaked: even if correct, it proves nothing.
                return user.MustResetPassword ? new ReauthenticationOutcome.Mismatch() : new ReauthenticationOutcome.Confirmed();
            case PasswordCheckOutcome.Mismatched { Locks: true }:
                await database.WriteAsync(AuditLocked(user, origin), AccountLockedMail.Enqueue(user.Id, check.Attempt, clock));
                break;
        }

        return new ReauthenticationOutcome.Mismatch();
    }

    private NpgsqlBatchCommand AuditLocked(User user, RequestOrigin origin)
    {
        var step = SqlStep.Of(LockedSql).Add("now", clock.GetUtcNow()).Add("user_id", user.Id);
        step.Parameters.AddOrigin(origin);
        return step;
    }
}
