using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Support;

internal abstract record DecisionOutcome
{
    private DecisionOutcome()
    {
    }

    public sealed record Decided(AssistedResetView Reset) : DecisionOutcome;

    public sealed record Refused(ErrorCode Error) : DecisionOutcome;

    /// <summary>Too many such mails were sent to the mailbox; the request is still pending.</summary>
    public sealed record LimitReached(TimeSpan RetryAfter) : DecisionOutcome;
}

/// <summary>
/// Decides on a reset that another member of staff requested. Approval sends the link to the person and to nobody else.
/// </summary>
internal sealed class ResetDecision(
    AuthDbContext db, AssistedResetList list, EmailOutbox outbox, DeniedActionAudit refusals, TimeProvider clock)
{
    public async Task<DecisionOutcome> DecideAsync(StaffCall call, string id, bool approves, string? reason)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Locked, so that an account that is being promoted at the same time is not helped.
        if (await AssistedResetList.FindAsync(scope, id, cancellationToken) is not { } asked
            || await scope.Locks.UserAsync(asked.UserId.ToString(), cancellationToken) is not { } person)
        {
            return new DecisionOutcome.Refused(ErrorCodes.NotFound);
        }

        var type = approves ? AuditEvents.ResetApproved : AuditEvents.ResetDeclined;
        if (await RefusalAsync(scope, asked, cancellationToken) is { } refusal)
        {
            await refusals.RecordAsync(call, type, refusal, asked.UserId);
            await transaction.CommitAsync(CancellationToken.None);
            return new DecisionOutcome.Refused(refusal);
        }

        if ((approves && person.Status != UserStatus.Active) || !await TakeAsync(scope, asked, approves, cancellationToken))
        {
            return new DecisionOutcome.Refused(ErrorCodes.AlreadyDone);
        }

        if (approves && await EnqueueAsync(person, cancellationToken) is { } wait)
        {
            return new DecisionOutcome.LimitReached(wait);
        }

        scope.Audit(type, clock.GetUtcNow(), origin, asked.UserId, reason);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new DecisionOutcome.Decided(await list.GetAsync(scope, asked.Id, cancellationToken));
    }

    private static async Task<ErrorCode?> RefusalAsync(StaffScope scope, AssistedReset asked, CancellationToken cancellationToken)
    {
        var staff = scope.Staff;
        return staff.UserId == asked.RequestedBy ? ErrorCodes.OwnRequest
            : staff.UserId == asked.UserId ? ErrorCodes.Forbidden
            : (await scope.PrivilegesOfAsync(asked.UserId, cancellationToken)).RefusesResetBy(staff);
    }

    // The condition on the state is the lock: only one of two concurrent decisions succeeds.
    private async Task<bool> TakeAsync(StaffScope scope, AssistedReset asked, bool approves, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (state, decider) = (approves ? AssistedResetState.Approved : AssistedResetState.Declined, scope.Staff.ActorId);
        return await scope.AssistedResets.Where(
            reset => reset.Id == asked.Id && reset.State == AssistedResetState.Pending && reset.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set
                .SetProperty(reset => reset.State, state)
                .SetProperty(reset => reset.DecidedBy, decider)
                .SetProperty(reset => reset.DecidedAt, now), cancellationToken) == 1;
    }

    private Task<TimeSpan?> EnqueueAsync(User person, CancellationToken cancellationToken) =>
        outbox.RequestAsync(
            MailKinds.ResetPassword, null, person.NormalizedEmail!, null, null, db.Connection(),
            cancellationToken);
}
