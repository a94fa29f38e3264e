using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Staff.Access;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Staff.Physicians;

internal abstract record LicenceDecisionOutcome
{
    private LicenceDecisionOutcome()
    {
    }

    public sealed record Decided(PhysicianProfile Profile) : LicenceDecisionOutcome;

    public sealed record Refused(ErrorCode Error) : LicenceDecisionOutcome;

    /// <summary>Another account holds the licence, which is named if it is within the scope.</summary>
    public sealed record Taken(Guid? Holder) : LicenceDecisionOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : LicenceDecisionOutcome;
}

/// <summary>
/// An administrator decides on a licence. One transaction covers the locked licence, the audit event, the mail to the physician,
/// and the invalidation of tokens that are now wrong.
/// </summary>
internal sealed class LicenceDecision(
    AuthDbContext db, AccessTokenInvalidation invalidation, DeniedActionAudit refusals, TimeProvider clock)
{
    /// <summary>Verifies a licence that is pending or was imported or, if there is none, renews a valid one.</summary>
    public async Task<LicenceDecisionOutcome> VerifyAsync(StaffCall call, string id, VerifyLicenceRequest request)
    {
        var by = call.Scope.Staff.ActorId;
        var verified = await DecideAsync(call, id, new(
            AuditEvents.LicenceVerified, licence => licence.CanBeDecided, request.LicenceId,
            (licence, physician, now) => Verify(licence, physician, request, by, now)));
        if (verified is LicenceDecisionOutcome.Refused refused
            && refused.Error == ErrorCodes.LicenceState
            && request.ExpiresOn is { } until)
        {
            // The entities were read without a lock and may have changed since.
            db.ChangeTracker.Clear();
            return await DecideAsync(call, id, new(
                AuditEvents.LicenceRenewed, licence => licence.CanBeRenewed(until), request.LicenceId,
                (licence, _, now) => Renew(licence, request, until, by, now)));
        }

        return verified;
    }

    public Task<LicenceDecisionOutcome> RejectAsync(StaffCall call, string id, RefuseLicenceRequest request) =>
        DecideAsync(call, id, new(
            AuditEvents.LicenceRejected, licence => licence.CanBeDecided, request.LicenceId,
            (licence, _, _) => Done(() => licence.Reject(request.Reason!.Trim()))));

    public Task<LicenceDecisionOutcome> SuspendAsync(StaffCall call, string id, RefuseLicenceRequest request) =>
        DecideAsync(call, id, new(
            AuditEvents.LicenceSuspended, licence => licence.State == LicenceState.Verified, request.LicenceId,
            (licence, _, _) => Done(() => licence.Suspend(request.Reason!.Trim()))));

    public Task<LicenceDecisionOutcome> ReinstateAsync(StaffCall call, string id, ReinstateLicenceRequest request) =>
        DecideAsync(call, id, new(
            AuditEvents.LicenceReinstated, licence => licence.State == LicenceState.Suspended, request.LicenceId,
            (licence, _, now) => Reinstate(licence, request, now)));

    private async Task<LicenceDecisionOutcome> DecideAsync(StaffCall call, string id, Act act)
    {
        var (scope, origin, cancellationToken) = call;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await scope.Locks.PhysicianAsync(id, cancellationToken) is not { } physician)
        {
            return Refuse(ErrorCodes.NotFound);
        }

        if (await WhyNotAsync(scope, physician, cancellationToken) is { } refusal)
        {
            return Refuse(refusal);
        }

        var meant = physician.Licences.Where(licence => act.LicenceId is null ? act.Qualifies(licence) : licence.Id == act.LicenceId)
            .ToList();
        if (meant is not [var licence])
        {
            return Refuse(act.LicenceId is null ? ErrorCodes.LicenceState : ErrorCodes.NotFound);
        }

        if (!act.Qualifies(licence))
        {
            return Refuse(ErrorCodes.LicenceState);
        }

        var now = clock.GetUtcNow();
        if (act.Decide(licence, physician, now) is { } fault)
        {
            return fault;
        }

        if (act.Event is AuditEvents.LicenceVerified or AuditEvents.LicenceReinstated
            && await FindTakenAsync(scope, licence, cancellationToken) is { } taken)
        {
            await refusals.KeepAsync(call, act.Event, ErrorCodes.LicenceTaken, physician.UserId);
            return taken;
        }

        var user = await TellAsync(scope, physician, licence, act.Event, origin, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new LicenceDecisionOutcome.Decided(PhysicianProfile.Of(physician, user.FullName, DayOf(now)));
    }

    // Two who verify the same number at once: the second waits, and then sees the first. A unique index would not accept what is there
    // from before.
    private async Task<LicenceDecisionOutcome.Taken?> FindTakenAsync(
        StaffScope scope, Licence licence, CancellationToken cancellationToken)
    {
        await AdvisoryLocks.NameAsync(db, $"licence {licence.Jurisdiction} {licence.NumberKey}", cancellationToken);
        var holder = await db.Licences
            .Where(other => other.PhysicianId != licence.PhysicianId && other.Jurisdiction == licence.Jurisdiction
                && other.NumberKey == licence.NumberKey && (licence.NumberKey != "" || other.Number == licence.Number)
                && (other.State == LicenceState.Verified || other.State == LicenceState.Suspended))
            .Select(other => (Guid?)other.PhysicianId)
            .FirstOrDefaultAsync(cancellationToken);
        return holder is null ? null : new(await scope.Physicians
            .Where(physician => physician.Id == holder)
            .Select(physician => (Guid?)physician.UserId)
            .FirstOrDefaultAsync(cancellationToken));
    }

    // A licence is valid on the whole platform, so for tenant staff this is an act on the account, not on the membership.
    private static async Task<ErrorCode?> WhyNotAsync(StaffScope scope, Physician physician, CancellationToken cancellationToken)
    {
        if (await scope.IsOwnAsync(physician.UserId, cancellationToken))
        {
            return ErrorCodes.OwnAccount;
        }

        var privileges = await scope.PrivilegesOfAsync(physician.UserId, cancellationToken);
        // Somebody who is a physician on the whole platform also treats patients of others, so a single tenant cannot decide.
        var isEverywhere = privileges.PlatformRoles.Contains(Role.Physician, StringComparer.Ordinal);
        return privileges.RefusesAdministrationBy(scope.Staff)
            ?? (isEverywhere && scope.Staff.TenantId is not null ? ErrorCodes.BeyondTenant : null);
    }

    private static LicenceDecisionOutcome? Verify(
        Licence licence, Physician physician, VerifyLicenceRequest request, Guid? by, DateTimeOffset now)
    {
        // The number the administrator looked up must still be the current one.
        if (request.Number is { } number && number.Trim() != licence.Number)
        {
            return Refuse(ErrorCodes.LicenceState);
        }

        var jurisdiction = request.Jurisdiction ?? licence.Jurisdiction;
        var expiresOn = request.ExpiresOn ?? licence.ExpiresOn;
        var errors = new FieldErrors();
        errors.LastDay("expires_on", expiresOn, DayOf(now));
        if (jurisdiction is null)
        {
            errors.Add("jurisdiction", "The licence has no jurisdiction: an ISO 3166 code such as IL or US-NY is needed.");
        }

        if (licence.Number.Length == 0)
        {
            errors.Add("number", "The licence has no number: the physician has to add it first.");
        }

        if (errors.Any)
        {
            return new LicenceDecisionOutcome.Invalid(errors.Messages);
        }

        return physician.Licences.Any(other => other != licence && other.Jurisdiction == jurisdiction)
            ? Refuse(ErrorCodes.LicenceState)
            : Done(() => licence.Verify(by, jurisdiction!, expiresOn, now));
    }

    private static LicenceDecisionOutcome? Renew(
        Licence licence, VerifyLicenceRequest request, DateOnly until, Guid? by, DateTimeOffset now)
    {
        if ((request.Number ?? licence.Number).Trim() != licence.Number
            || (request.Jurisdiction ?? licence.Jurisdiction) != licence.Jurisdiction)
        {
            return Refuse(ErrorCodes.LicenceState);
        }

        var errors = new FieldErrors();
        errors.LastDay("expires_on", until, DayOf(now));
        return errors.Any ? new LicenceDecisionOutcome.Invalid(errors.Messages) : Done(() => licence.Renew(by, until, now));
    }

    private static LicenceDecisionOutcome? Reinstate(Licence licence, ReinstateLicenceRequest request, DateTimeOffset now)
    {
        var expiresOn = request.ExpiresOn ?? licence.ExpiresOn;
        var errors = new FieldErrors();
        errors.LastDay("expires_on", expiresOn, DayOf(now));
        return errors.Any ? new LicenceDecisionOutcome.Invalid(errors.Messages) : Done(() => licence.Reinstate(expiresOn, now));
    }

    // Tokens change only if a licence becomes valid or stops being valid.
    private async Task<User> TellAsync(
        StaffScope scope, Physician physician, Licence licence, string type, RequestOrigin origin, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var user = await scope.Users.AsNoTracking().SingleAsync(found => found.Id == physician.UserId, cancellationToken);
        scope.Audit(
            type, now, origin, user.Id,
            licence.Reason is { } reason ? $"{licence.Jurisdiction ?? "no jurisdiction"}: {reason}" : licence.Jurisdiction);
        if (type != AuditEvents.LicenceRenewed)
        {
            db.EnqueueLicenceMail(MailKinds.LicenceDecided, user, licence, now);
        }

        await db.SaveChangesAsync(cancellationToken);
        if (type is not (AuditEvents.LicenceRejected or AuditEvents.LicenceRenewed))
        {
            await invalidation.InvalidateAsync([user.Id], cancellationToken);
        }

        return user;
    }

    private static LicenceDecisionOutcome? Done(Action act)
    {
        act();
        return null;
    }

    private static LicenceDecisionOutcome.Refused Refuse(ErrorCode error) => new(error);

    private static DateOnly DayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);

    /// <param name="Event">The type of the audit event.</param>
    /// <param name="Qualifies">Whether a licence is in a suitable state.</param>
    /// <param name="LicenceId">Null for the only licence that qualifies.</param>
    /// <param name="Decide">Performs the decision; returns an error or null.</param>
    private sealed record Act(
        string Event, Func<Licence, bool> Qualifies, Guid? LicenceId,
        Func<Licence, Physician, DateTimeOffset, LicenceDecisionOutcome?> Decide);
}
