namespace AuthServer.Domain;

/// <summary>
/// A licence to practise. Given by the physician <c>→ pending → verified</c>, or rejected <c>→ unverified</c>; imported
/// <c>→ unverified</c>, and verified or rejected from there; then <c>verified → suspended → verified</c>, <c>verified → expired</c>; given
/// anew <c>unverified, expired → pending</c>.
/// Without a verified one no token carries the physician role.
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

    /// <summary>One that another system knew: nobody here has been asked to look at it.</summary>
    internal static Licence Imported(Guid physicianId, string? jurisdiction, string number, DateTimeOffset now) =>
        new(physicianId, jurisdiction, number, now) { State = LicenceState.Unverified };

    /// <summary>By shape: two letters, and after a hyphen up to three more characters.</summary>
    internal static bool IsJurisdiction(string code) =>
        code.Length is 2 or (>= 4 and <= 6)
            && code.Take(2).All(char.IsAsciiLetterUpper)
            && (code.Length == 2 || (code[2] == '-' && code.Skip(3).All(char.IsAsciiLetterOrDigit)));

    /// <summary>The licence's own id.</summary>
    public Guid Id { get; private set; }

    /// <summary>Whose it is.</summary>
    public Guid PhysicianId { get; private set; }

    /// <summary>ISO 3166 code of the country or part of it that gave the licence; null until it is known.</summary>
    public string? Jurisdiction { get; private set; }

    /// <summary>The number on the licence.</summary>
    public string Number { get; private set; } = "";

    /// <summary>How far it is trusted.</summary>
    public LicenceState State { get; private set; }

    /// <summary>The last day it is good for; null where it does not end.</summary>
    public DateOnly? ExpiresOn { get; private set; }

    /// <summary>Why it was rejected or suspended, as the admin told it.</summary>
    public string? Reason { get; private set; }

    /// <summary>When the physician was last told that it is about to expire.</summary>
    public DateTimeOffset? ExpiryToldAt { get; private set; }

    /// <summary>The admin who verified it.</summary>
    public Guid? VerifiedBy { get; private set; }

    /// <summary>When it was verified.</summary>
    public DateTimeOffset? VerifiedAt { get; private set; }

    /// <summary>Its state on a day: a verified one is expired after its last day, noticed or not.</summary>
    internal LicenceState StateOn(DateOnly day) => State == LicenceState.Verified && ExpiresOn < day ? LicenceState.Expired : State;

    /// <summary>Whether it is the physician's to change: not while it is good, nor when it was taken away.</summary>
    internal bool CanBeSubmitted(DateOnly today) =>
        StateOn(today) is LicenceState.Unverified or LicenceState.Pending or LicenceState.Expired;

    /// <summary>Whether the physician may take it back.</summary>
    internal bool CanBeWithdrawn => State is LicenceState.Unverified or LicenceState.Pending;

    /// <summary>The physician gives it, or gives it anew, to be looked at.</summary>
    internal void Submit(string? jurisdiction, string number, DateOnly? expiresOn, DateOnly today)
    {
        Require(CanBeSubmitted(today) && !(expiresOn < today));
        (Jurisdiction, Number, ExpiresOn, State) = (jurisdiction, number, expiresOn, LicenceState.Pending);
        (Reason, ExpiryToldAt, VerifiedBy, VerifiedAt) = (null, null, null, null);
    }

    /// <summary>
    /// Whether an administrator can verify or reject it: a rejected one, which has a reason, is the physician's to give anew.
    /// </summary>
    internal bool CanBeDecided => State == LicenceState.Pending || (State == LicenceState.Unverified && Reason is null);

    /// <summary>An administrator has checked it.</summary>
    internal void Verify(Guid? by, string jurisdiction, DateOnly? expiresOn, DateTimeOffset now)
    {
        Require(CanBeDecided && Number.Length > 0 && !(expiresOn < DayOf(now)));
        (Jurisdiction, ExpiresOn, State, Reason) = (jurisdiction, expiresOn, LicenceState.Verified, null);
        (ExpiryToldAt, VerifiedBy, VerifiedAt) = (null, by, now);
    }

    /// <summary>Whether it is good, and would be for longer with this last day.</summary>
    internal bool CanBeRenewed(DateOnly? until) => State == LicenceState.Verified && ExpiresOn is { } end && until > end;

    /// <summary>An administrator has seen that it was prolonged, while it was still good.</summary>
    internal void Renew(Guid? by, DateOnly until, DateTimeOffset now)
    {
        Require(CanBeRenewed(until) && until >= DayOf(now));
        (ExpiresOn, ExpiryToldAt, VerifiedBy, VerifiedAt) = (until, null, by, now);
    }

    /// <summary>An administrator could not make sure of it.</summary>
    internal void Reject(string reason)
    {
        Require(CanBeDecided);
        (State, Reason) = (LicenceState.Unverified, reason);
    }

    /// <summary>An administrator takes it back.</summary>
    internal void Suspend(string reason)
    {
        Require(State == LicenceState.Verified);
        (State, Reason) = (LicenceState.Suspended, reason);
    }

    /// <summary>An administrator lets it be good again.</summary>
    internal void Reinstate(DateOnly? expiresOn, DateTimeOffset now)
    {
        Require(State == LicenceState.Suspended && !(expiresOn < DayOf(now)));
        (State, Reason, ExpiresOn, ExpiryToldAt) = (LicenceState.Verified, null, expiresOn, null);
    }

    /// <summary>Its last day is over.</summary>
    internal void Expire(DateTimeOffset now)
    {
        Require(State == LicenceState.Verified && StateOn(DayOf(now)) == LicenceState.Expired);
        State = LicenceState.Expired;
    }

    /// <summary>Whether one of <see cref="ExpiryNotices"/> has begun of which the physician has not been told.</summary>
    internal bool IsExpiryToBeTold(DateOnly today) => ExpiresOn is { } end
        && ExpiryNotices.Days.Any(days =>
            end.AddDays(-days) <= today && (ExpiryToldAt is not { } told || DayOf(told) < end.AddDays(-days)));

    /// <summary>The physician has been told that it is about to expire.</summary>
    internal void TellExpiry(DateTimeOffset now) => ExpiryToldAt = now;

    private static DateOnly DayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);

    // Whoever calls has looked: getting here is a bug, and must not become a licence.
    private void Require(bool isAllowed)
    {
        if (!isAllowed)
        {
            throw new InvalidOperationException($"A licence that is {State} cannot do this.");
        }
    }
}

/// <summary>How far a licence is trusted.</summary>
public enum LicenceState
{
    /// <summary>Imported or incomplete; nobody has been asked to look at it.</summary>
    Unverified,

    /// <summary>Waits for an admin.</summary>
    Pending,

    /// <summary>An admin has checked it.</summary>
    Verified,

    /// <summary>Taken back by an admin.</summary>
    Suspended,

    /// <summary>Past its last day.</summary>
    Expired,
}
