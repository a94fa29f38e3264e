using AuthServer.Audit;
using AuthServer.Credentials;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using AuthServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Passwords;

/// <summary>What became of a change of password.</summary>
internal abstract record PasswordChangeOutcome
{
    private PasswordChangeOutcome()
    {
    }

    public sealed record Changed : PasswordChangeOutcome;

    public sealed record Faulted(IReadOnlyDictionary<string, string[]> Errors) : PasswordChangeOutcome;

    public sealed record LockedOut(TimeSpan RetryAfter) : PasswordChangeOutcome;

    /// <summary>A guest has no password to change: they register.</summary>
    public sealed record NotForGuests : PasswordChangeOutcome;

    /// <summary>The account is no longer what it was a moment ago.</summary>
    public sealed record Overtaken : PasswordChangeOutcome;
}

/// <summary>Changes a password by somebody who knows it. The session that asks goes on, the others end.</summary>
internal sealed class PasswordChange(AuthDbContext db, PasswordProof proof, NewPassword passwords, CredentialChange credentials, TimeProvider clock)
{
    public async Task<PasswordChangeOutcome> ChangeAsync(Caller caller, string currentPassword, string newPassword, Client client, CancellationToken cancellationToken)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == caller.UserId, cancellationToken) is not { } user)
        {
            return new PasswordChangeOutcome.Overtaken();
        }

        if (user.IsAnonymous)
        {
            return new PasswordChangeOutcome.NotForGuests();
        }

        var errors = new FieldErrors();
        switch (await proof.CheckAsync(user, currentPassword, client, cancellationToken))
        {
            case ProofOutcome.LockedOut locked:
                return new PasswordChangeOutcome.LockedOut(locked.RetryAfter);
            case ProofOutcome.Wrong:
                await RecordRefusalAsync(user, caller, client);
                errors.Add("current_password", "Not the current password.");
                return new PasswordChangeOutcome.Faulted(errors.Messages);
        }

        if (await passwords.HashAsync(errors, "new_password", newPassword, user, cancellationToken) is not { } hash)
        {
            return new PasswordChangeOutcome.Faulted(errors.Messages);
        }

        var change = new NewCredentials(AuditEvents.PasswordChanged, RevocationReason.PasswordChanged) { PasswordHash = hash, KeptSession = caller.SessionId };
        return await credentials.SaveAsync(user, change, client, cancellationToken) ? new PasswordChangeOutcome.Changed() : new PasswordChangeOutcome.Overtaken();
    }

    // Without the request's cancellation: hanging up must not keep a failure out of the record.
    private async Task RecordRefusalAsync(User user, Caller caller, Client client)
    {
        db.Audit(AuditEvents.PasswordChanged, clock.GetUtcNow(), client, user.Id, user.Id, caller.SessionId, "wrong_password", AuditOutcome.Failure);
        await db.SaveChangesAsync(CancellationToken.None);
    }
}
