using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Support;

internal abstract record AssistanceOutcome
{
    private AssistanceOutcome()
    {
    }

    public sealed record Sent : AssistanceOutcome;

    /// <summary>A second person has to approve it.</summary>
    public sealed record Awaiting(Guid Id, DateTimeOffset ExpiresAt) : AssistanceOutcome;

    public sealed record ReasonMissing : AssistanceOutcome;

    public sealed record Refused(ErrorCode Error) : AssistanceOutcome;

    /// <summary>Too many such mails were sent to the mailbox.</summary>
    public sealed record LimitReached(TimeSpan RetryAfter) : AssistanceOutcome;
}

/// <summary>
/// Has a password reset link sent to somebody. Deceiving support must not give access to an account that has power over others or
/// sees patients: for those a second person has to approve, and the owner is notified first.
/// </summary>
internal sealed class ResetAssistance(
    AuthDbContext db, PersonLookup lookup, EmailOutbox outbox, SupportSettings settings, TimeProvider clock)
{
    public async Task<AssistanceOutcome> AskAsync(StaffCall call, string id, string? reason)
    {
        var (scope, _, cancellationToken) = call;
        if (reason is null && !scope.Staff.IsAdmin)
        {
            return new AssistanceOutcome.ReasonMissing();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Locked, so that somebody who is being promoted at the same time is not helped as a patient.
        await scope.Locks.UserAsync(id, cancellationToken);
        var found =
            await lookup.FindAsync(call, id, AuditEvents.ResetRequested, static (privileges, staff) => privileges.RefusesResetBy(staff));
        if (found is not LookupOutcome.Found { User: { } user, Privileges: { } privileges })
        {
            // Commit the audit event of the refusal.
            await transaction.CommitAsync(CancellationToken.None);
            return new AssistanceOutcome.Refused(found.Error);
        }

        if (user.Status != UserStatus.Active || user.IsAnonymous)
        {
            return new AssistanceOutcome.Refused(user.IsAnonymous ? ErrorCodes.AnonymousNotAllowed : ErrorCodes.AccountDisabled);
        }

        return !scope.Staff.IsAdmin && (privileges.IsPhysician || privileges.IsAdmin)
            ? await AwaitApprovalAsync(call, user, reason!)
            : await SendAsync(call, user, reason);
    }

    private async Task<AssistanceOutcome> SendAsync(StaffCall call, User user, string? reason)
    {
        var (scope, origin, cancellationToken) = call;
        if (await outbox.RequestAsync(
            MailKinds.ResetPassword, null, user.NormalizedEmail!, null, null, db.Connection(), cancellationToken) is { } wait)
        {
            return new AssistanceOutcome.LimitReached(wait);
        }

        scope.Audit(AuditEvents.ResetRequested, clock.GetUtcNow(), origin, user.Id, reason, "sent");
        await db.SaveChangesAsync(cancellationToken);
        await db.Database.CommitTransactionAsync(cancellationToken);
        return new AssistanceOutcome.Sent();
    }

    // The mail comes first, because its lock also serializes two concurrent requests.
    private async Task<AssistanceOutcome> AwaitApprovalAsync(StaffCall call, User user, string reason)
    {
        var (scope, origin, cancellationToken) = call;
        var wait =
            await outbox.RequestAsync(
                MailKinds.ResetAskedByStaff, user.Id, user.NormalizedEmail!, null, null, db.Connection(), cancellationToken);
        var now = clock.GetUtcNow();
        if (await FindPendingAsync(scope, user, now, cancellationToken) is { } pending)
        {
            return new AssistanceOutcome.Awaiting(pending.Id, pending.ExpiresAt);
        }

        if (wait is { } limit)
        {
            return new AssistanceOutcome.LimitReached(limit);
        }

        var asked = new AssistedReset(user.Id, scope.Staff.UserId, scope.Staff.TenantId, reason, now, now + settings.ApprovalWindow);
        db.Add(asked);
        scope.Audit(AuditEvents.ResetRequested, now, origin, user.Id, reason, "awaiting_approval");
        await db.SaveChangesAsync(cancellationToken);
        await db.Database.CommitTransactionAsync(cancellationToken);
        return new AssistanceOutcome.Awaiting(asked.Id, asked.ExpiresAt);
    }

    private static Task<AssistedReset?> FindPendingAsync(
        StaffScope scope, User user, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var tenant = scope.Staff.TenantId;
        return scope.AssistedResets.AsNoTracking().FirstOrDefaultAsync(
            reset => reset.UserId == user.Id
                && reset.TenantId == tenant
                && reset.State == AssistedResetState.Pending
                && reset.ExpiresAt > now, cancellationToken);
    }
}
