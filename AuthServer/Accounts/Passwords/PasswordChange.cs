using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Accounts.Passwords;

internal abstract record PasswordChangeOutcome
{
    private PasswordChangeOutcome()
    {
    }

    public sealed record Changed : PasswordChangeOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : PasswordChangeOutcome;

    public sealed record NotReauthenticated(ReauthenticationRefusal Refusal) : PasswordChangeOutcome;

    /// <summary>A guest has no password to change: they register.</summary>
    public sealed record NotForGuests : PasswordChangeOutcome;

    /// <summary>The account was changed concurrently.</summary>
    public sealed record ConcurrentlyChanged : PasswordChangeOutcome;
}

/// <summary>Changes the password of somebody who knows it. The session of the request continues; the others end.</summary>
internal sealed class PasswordChange(
    AuthDbContext db, UserAccounts accounts, PasswordPolicy policy, PasswordReauthentication passwords, AccountCommit commit)
{
    public async Task<PasswordChangeOutcome> ChangeAsync(
        Caller caller, string currentPassword, string newPassword, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await db.Users.SingleOrDefaultAsync(user => user.Id == caller.UserId, cancellationToken) is not { } user)
        {
            return new PasswordChangeOutcome.ConcurrentlyChanged();
        }

        if (user.IsAnonymous)
        {
            return new PasswordChangeOutcome.NotForGuests();
        }

        if (policy.FindFault(user, newPassword) is { } fault)
        {
            return new PasswordChangeOutcome.Invalid(FieldErrors.Only("new_password", fault));
        }

        if (await passwords.CheckAsync(
            user, currentPassword, AuditEvents.PasswordChanged, caller, origin, cancellationToken) is { } refusal)
        {
            return new PasswordChangeOutcome.NotReauthenticated(refusal);
        }

        if (await accounts.SetPasswordAsync(user, newPassword) is { Succeeded: false } refused)
        {
            return new PasswordChangeOutcome.Invalid(refused.Messages("new_password"));
        }

        var update = new AccountUpdate(AuditEvents.PasswordChanged)
        {
            EndsSessions = RevocationReason.PasswordChanged,
            SessionId = caller.SessionId,
        };
        return await commit.CommitAsync(user, update, origin, cancellationToken) is AccountCommitOutcome.Saved
            ? new PasswordChangeOutcome.Changed()
            : new PasswordChangeOutcome.ConcurrentlyChanged();
    }
}
