using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;

namespace AuthServer.Staff.Support;

internal abstract record ReminderOutcome
{
    private ReminderOutcome()
    {
    }

    public sealed record Sent : ReminderOutcome;

    public sealed record Refused(ErrorCode Error) : ReminderOutcome;

    /// <summary>Too many such mails were sent to the mailbox.</summary>
    public sealed record LimitReached(TimeSpan RetryAfter) : ReminderOutcome;
}

/// <summary>Sends the confirmation mail again.</summary>
internal sealed class VerificationReminder(AuthDbContext db, PersonLookup lookup, EmailOutbox outbox, TimeProvider clock)
{
    public async Task<ReminderOutcome> SendAsync(StaffCall call, string id, string? reason)
    {
        switch (await lookup.FindForHelpAsync(call, id, AuditEvents.VerificationRequested))
        {
            case LookupOutcome.Found { User.EmailConfirmed: true }:
                return new ReminderOutcome.Refused(ErrorCodes.AlreadyDone);
            case LookupOutcome.Found { User.IsAnonymous: true }:
                return new ReminderOutcome.Refused(ErrorCodes.AnonymousNotAllowed);
            case LookupOutcome.Found { User.Status: not UserStatus.Active }:
                return new ReminderOutcome.Refused(ErrorCodes.AccountDisabled);
            case LookupOutcome.Found found:
                return await SendAsync(call, found.User, reason);
            case var missed:
                return new ReminderOutcome.Refused(missed.Error);
        }
    }

    private async Task<ReminderOutcome> SendAsync(StaffCall call, User user, string? reason)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await outbox.RequestAsync(
            MailKinds.VerifyEmail, null, user.NormalizedEmail!, null, null, db.Connection(),
            cancellationToken) is { } wait)
        {
            return new ReminderOutcome.LimitReached(wait);
        }

        scope.Audit(AuditEvents.VerificationRequested, clock.GetUtcNow(), origin, user.Id, reason);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ReminderOutcome.Sent();
    }
}
