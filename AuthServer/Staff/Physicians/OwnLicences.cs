using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;

namespace AuthServer.Staff.Physicians;

internal abstract record OwnLicenceOutcome
{
    private OwnLicenceOutcome()
    {
    }

    public sealed record Submitted(PhysicianLicence Licence) : OwnLicenceOutcome;

    public sealed record Withdrawn : OwnLicenceOutcome;

    /// <summary>There is no professional profile, or it has no such licence.</summary>
    public sealed record NotThere : OwnLicenceOutcome;

    /// <summary>The physician may not change it, or there is already one for this jurisdiction.</summary>
    public sealed record Refused : OwnLicenceOutcome;

    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : OwnLicenceOutcome;
}

/// <summary>A physician's own licences: submitted, changed and withdrawn until an administrator has decided.</summary>
internal sealed class OwnLicences(AuthDbContext db, OwnPhysician own, AccessTokenInvalidation invalidation, TimeProvider clock)
{
    // Nobody practises in more jurisdictions; a limit against filling the table.
    private const int Most = 50;

    public Task<OwnLicenceOutcome> AddAsync(
        NewLicenceRequest request, Caller caller, RequestOrigin origin, CancellationToken cancellationToken) =>
        WithProfileLockedAsync(caller, async (physician, now) =>
        {
            var same = physician.Licences.FirstOrDefault(licence => licence.Jurisdiction == request.Jurisdiction);
            if (same is not null)
            {
                // A rejected or expired licence is replaced; a pending one has to be changed instead.
                return same.State == LicenceState.Pending
                    ? new OwnLicenceOutcome.Refused()
                    : await SubmitAsync(physician, same, request, caller, origin, now, cancellationToken);
            }

            if (physician.Licences.Count >= Most)
            {
                return new OwnLicenceOutcome.Invalid(Error("jurisdiction", "There are fifty licences already: withdraw one first."));
            }

            return await SubmitAsync(physician, null, request, caller, origin, now, cancellationToken);
        }, cancellationToken);

    public Task<OwnLicenceOutcome> ChangeAsync(
        string id, LicencePatch patch, Caller caller, RequestOrigin origin, CancellationToken cancellationToken) =>
        WithProfileLockedAsync(caller, async (physician, now) => Find(physician, id) is not { } licence
            ? new OwnLicenceOutcome.NotThere()
            : patch.ChangesNothing(licence)
            ? new OwnLicenceOutcome.Submitted(PhysicianLicence.Of(licence, DayOf(now)))
            : await SubmitAsync(physician, licence, patch.Over(licence), caller, origin, now, cancellationToken), cancellationToken);

    public Task<OwnLicenceOutcome> WithdrawAsync(string id, Caller caller, RequestOrigin origin, CancellationToken cancellationToken) =>
        WithProfileLockedAsync(caller, async (physician, now) =>
        {
            if (Find(physician, id) is not { } licence)
            {
                return new OwnLicenceOutcome.NotThere();
            }

            if (!licence.CanBeWithdrawn)
            {
                return new OwnLicenceOutcome.Refused();
            }

            db.Remove(licence);
            db.Audit(
                AuditEvents.LicenceChanged, now, origin, caller.UserId, caller.UserId, caller.SessionId,
                detail: $"withdrawn: {licence.Jurisdiction ?? "no jurisdiction"}");
            await db.SaveChangesAsync(cancellationToken);
            return new OwnLicenceOutcome.Withdrawn();
        }, cancellationToken);

    // Locks out administrators and concurrent requests of the same person: a licence must not change while somebody decides on it.
    private async Task<OwnLicenceOutcome> WithProfileLockedAsync(
        Caller caller, Func<Physician, DateTimeOffset, Task<OwnLicenceOutcome>> act, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await own.LockAsync(caller.UserId, cancellationToken) is not { } physician)
        {
            return new OwnLicenceOutcome.NotThere();
        }

        var outcome = await act(physician, clock.GetUtcNow());
        await transaction.CommitAsync(cancellationToken);
        return outcome;
    }

    private async Task<OwnLicenceOutcome> SubmitAsync(
        Physician physician, Licence? licence, NewLicenceRequest request, Caller caller, RequestOrigin origin, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var today = DayOf(now);
        if (licence?.CanBeSubmitted(today) == false
            || physician.Licences.Any(other => other != licence && other.Jurisdiction == request.Jurisdiction))
        {
            return new OwnLicenceOutcome.Refused();
        }

        var errors = new FieldErrors();
        errors.LastDay("expires_on", request.ExpiresOn, today);
        errors.LicenceNumber(request.Number);
        if (errors.Any)
        {
            return new OwnLicenceOutcome.Invalid(errors.Messages);
        }

        // A licence past its last day is no longer valid, but tokens may still say so until the hourly job has run.
        var wasVerified = licence?.State == LicenceState.Verified;
        var submitted = Submit(physician, licence, request with { Number = request.Number!.Trim() }, now);
        db.Audit(
            AuditEvents.LicenceChanged, now, origin, caller.UserId, caller.UserId, caller.SessionId,
            detail: $"submitted: {submitted.Jurisdiction ?? "no jurisdiction"}");
        await db.SaveChangesAsync(cancellationToken);
        if (wasVerified)
        {
            await invalidation.InvalidateAsync([caller.UserId], cancellationToken);
        }

        return new OwnLicenceOutcome.Submitted(PhysicianLicence.Of(submitted, today));
    }

    private Licence Submit(Physician physician, Licence? licence, NewLicenceRequest request, DateTimeOffset now)
    {
        if (licence is not null)
        {
            licence.Submit(request.Jurisdiction, request.Number!, request.ExpiresOn, DayOf(now));
            return licence;
        }

        var made = new Licence(physician.Id, request.Jurisdiction, request.Number!, now, request.ExpiresOn);
        db.Add(made);
        return made;
    }

    private static Licence? Find(Physician physician, string id) =>
        Guid.TryParseExact(id, "D", out var licenceId) ? physician.Licences.FirstOrDefault(licence => licence.Id == licenceId) : null;

    private static DateOnly DayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);

    private static Dictionary<string, string[]> Error(string field, string message) => new(StringComparer.Ordinal) { [field] = [message] };
}
