namespace AuthServer.Domain;

/// <summary>
/// A licence to practise. Submitted by the physician: <c>→ pending → verified</c>, or rejected: <c>→ unverified</c>. Imported: <c>→
/// unverified</c>, and verified or rejected from there. Then <c>verified → suspended → verified</c> or <c>verified → expired</c>;
/// resubmitted: <c>unverified, expired → pending</c>. Without a verified licence no token carries the physician role.
/// </summary>
public sealed class Licence
{
    private Licence()
    {
    }

    internal Licence(Guid physicianId, string? jurisdiction, string number, DateTimeOffset now, DateOnly? expiresOn = null)
    {
        Id = Guid.CreateVersion7(now);
        PhysicianId = physicianId;
        Jurisdiction = jurisdiction;
        Number = number;
        ExpiresOn = expiresOn;
        State = LicenceState.Pending;
    }

    /// <summary>A licence known to another system; nobody here has been asked to review it yet.</summary>
    internal static Licence Imported(Guid physicianId, string? jurisdiction, string number, DateTimeOffset now) =>
        new(physicianId, jurisdiction, number, now) { State = LicenceState.Unverified };

    /// <summary>Checks the form only: two letters, optionally a hyphen and up to three more characters.</summary>
    internal static bool IsJurisdiction(string code) =>
        code.Length is 2 or (>= 4 and <= 6)
            && code.Take(2).All(char.IsAsciiLetterUpper)
            && (code.Length == 2 || (code[2] == '-' && code.Skip(3).All(char.IsAsciiLetterOrDigit)));

    public Guid Id { get; private set; }

    public Guid PhysicianId { get; private set; }

    /// <summary>ISO 3166 code of the country or subdivision that issued the licence; null until known.</summary>
    public string? Jurisdiction { get; private set; }

    public string Number { get; private set; } = "";

    /// <summary>The number without case, blanks and punctuation, in which people's spellings differ; computed by the database.</summary>
    public string NumberKey { get; private set; } = "";

    public LicenceState State { get; private set; }

    /// <summary>The last day of validity; null if it does not expire.</summary>
    public DateOnly? ExpiresOn { get; private set; }

    /// <summary>The administrator's reason for rejecting or suspending it.</summary>
    public string? Reason { get; private set; }

    /// <summary>When the physician was last told that it is about to expire.</summary>
    public DateTimeOffset? ExpiryToldAt { get; private set; }

    /// <summary>The administrator who verified it.</summary>
    public Guid? VerifiedBy { get; private set; }

    public DateTimeOffset? VerifiedAt { get; private set; }

    /// <summary>
    /// The effective state on a day: a verified licence counts as expired after its last day, even before the job has marked it.
    /// </summary>
    internal LicenceState StateOn(DateOnly day) => State == LicenceState.Verified && ExpiresOn < day ? LicenceState.Expired : State;

    /// <summary>Whether the physician may change it: not while it is valid, and not while it is suspended.</summary>
    internal bool CanBeSubmitted(DateOnly today) =>
        StateOn(today) is LicenceState.Unverified or LicenceState.Pending or LicenceState.Expired;

    internal bool CanBeWithdrawn => State is LicenceState.Unverified or LicenceState.Pending;

    /// <summary>The physician submits or resubmits it for review.</summary>
    internal void Submit(string? jurisdiction, string number, DateOnly? expiresOn, DateOnly today)
    {
        Require(CanBeSubmitted(today) && !(expiresOn < today));
        (Jurisdiction, Number, ExpiresOn, State) = (jurisdiction, number, expiresOn, LicenceState.Pending);
        (Reason, ExpiryToldAt, VerifiedBy, VerifiedAt) = (null, null, null, null);
    }

    /// <summary>
    /// Whether an administrator can verify or reject it. A rejected licence, which has a reason, must be resubmitted by the
    /// physician first.
    /// </summary>
    internal bool CanBeDecided => State == LicenceState.Pending || (State == LicenceState.Unverified && Reason is null);

    internal void Verify(Guid? by, string jurisdiction, DateOnly? expiresOn, DateTimeOffset now)
    {
        Require(CanBeDecided && Number.Length > 0 && !(expiresOn < DayOf(now)));
        (Jurisdiction, ExpiresOn, State, Reason) = (jurisdiction, expiresOn, LicenceState.Verified, null);
        (ExpiryToldAt, VerifiedBy, VerifiedAt) = (null, by, now);
    }

    /// <summary>Whether it is valid and this last day would extend it.</summary>
    internal bool CanBeRenewed(DateOnly? until) => State == LicenceState.Verified && ExpiresOn is { } end && until > end;

    /// <summary>An administrator extends a licence that is still valid.</summary>
    internal void Renew(Guid? by, DateOnly until, DateTimeOffset now)
    {
        Require(CanBeRenewed(until) && until >= DayOf(now));
        (ExpiresOn, ExpiryToldAt, VerifiedBy, VerifiedAt) = (until, null, by, now);
    }

    /// <summary>An administrator could not verify it.</summary>
    internal void Reject(string reason)
    {
        Require(CanBeDecided);
        (State, Reason) = (LicenceState.Unverified, reason);
    }

    internal void Suspend(string reason)
    {
        Require(State == LicenceState.Verified);
        (State, Reason) = (LicenceState.Suspended, reason);
    }

    /// <summary>An administrator lifts a suspension.</summary>
    internal void Reinstate(DateOnly? expiresOn, DateTimeOffset now)
    {
        Require(State == LicenceState.Suspended && !(expiresOn < DayOf(now)));
        (State, Reason, ExpiresOn, ExpiryToldAt) = (LicenceState.Verified, null, expiresOn, null);
    }

    internal void Expire(DateTimeOffset now)
    {
        Require(State == LicenceState.Verified && StateOn(DayOf(now)) == LicenceState.Expired);
        State = LicenceState.Expired;
    }

    /// <summary>Whether one of the <see cref="ExpiryNotices"/> is due and has not been sent.</summary>
    internal bool IsExpiryToBeTold(DateOnly today) => ExpiresOn is { } end
        && ExpiryNotices.Days.Any(days =>
            end.AddDays(-days) <= today && (ExpiryToldAt is not { } told || DayOf(told) < end.AddDays(-days)));

    internal void TellExpiry(DateTimeOffset now) => ExpiryToldAt = now;

    private static DateOnly DayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);

    // Callers check first, so a violation is a bug; it must never produce a valid licence.
    private void Require(bool isAllowed)
    {
        if (!isAllowed)
        {
            throw new InvalidOperationException($"A licence in state {State} does not allow this.");
        }
    }
}

public enum LicenceState
{
    /// <summary>Imported or incomplete; no review has been requested.</summary>
    Unverified,

    /// <summary>Waiting for an administrator's review.</summary>
    Pending,

    /// <summary>Checked by an administrator.</summary>
    Verified,

    /// <summary>Withdrawn by an administrator.</summary>
    Suspended,

    Expired,
}
