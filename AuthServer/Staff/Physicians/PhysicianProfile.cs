using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Physicians;

/// <summary>The complete professional profile, for the physician and for staff.</summary>
public sealed record PhysicianProfile
{
    /// <summary>The <c>physician</c> claim of access tokens.</summary>
    public required Guid Id { get; init; }

    /// <summary>The person: the <c>sub</c> of access tokens.</summary>
    public required Guid UserId { get; init; }

    /// <summary>The name shown to other people.</summary>
    public required string? FullName { get; init; }

    /// <summary><c>verified</c> with a verified licence that has not expired, otherwise <c>pending</c>.</summary>
    public required string Status { get; init; }

    /// <summary>BCP 47 tag of the language the physician prefers.</summary>
    public required string? LanguagePreference { get; init; }

    /// <summary>The private pool in which they see only patients who were assigned manually; null for none.</summary>
    public required string? PrivatePool { get; init; }

    /// <summary>Away today.</summary>
    public required bool VacationMode { get; init; }

    /// <summary>The last day of absence (UTC); the vacation then ends automatically.</summary>
    public required DateOnly? VacationUntil { get; init; }

    /// <summary>Takes new patients.</summary>
    public required bool AcceptingPatients { get; init; }

    /// <summary>Field of medicine.</summary>
    public required string? Specialty { get; init; }

    /// <summary>The licences, at most one for each jurisdiction.</summary>
    public required IReadOnlyList<PhysicianLicence> Licences { get; init; }

    internal static PhysicianProfile Of(Physician physician, string? fullName, DateOnly today) => new()
    {
        Id = physician.Id,
        UserId = physician.UserId,
        FullName = fullName,
        Status = StatusOf(physician, today),
        LanguagePreference = physician.LanguagePreference,
        PrivatePool = physician.Pool,
        VacationMode = physician.IsAwayOn(today),
        VacationUntil = physician.IsAwayOn(today) ? physician.VacationUntil : null,
        AcceptingPatients = physician.AcceptingPatients,
        Specialty = physician.Specialty,
        Licences = [.. physician.Licences.OrderBy(licence => licence.Id).Select(licence => PhysicianLicence.Of(licence, today))],
    };

    internal static string StatusOf(Physician physician, DateOnly today) =>
        SnakeCase.Of(physician.Licences.Any(licence => licence.StateOn(today) == LicenceState.Verified)
            ? LicenceState.Verified
            : LicenceState.Pending);
}

/// <summary>A licence to practise, as its holder and staff see it.</summary>
public sealed record PhysicianLicence
{
    /// <summary>The licence's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who issued it: an ISO 3166 code; null until known.</summary>
    public required string? Jurisdiction { get; init; }

    /// <summary>The number on the licence.</summary>
    public required string Number { get; init; }

    /// <summary>
    /// <c>unverified</c> (imported; or rejected, with the reason), <c>pending</c>, <c>verified</c>, <c>suspended</c> or
    /// <c>expired</c>.
    /// </summary>
    [OneOf(typeof(LicenceState))]
    public required string State { get; init; }

    /// <summary>The last day of validity (UTC); null if it does not expire.</summary>
    public required DateOnly? ExpiresOn { get; init; }

    /// <summary>Why it was rejected or suspended.</summary>
    public required string? Reason { get; init; }

    /// <summary>When an administrator verified it.</summary>
    public required DateTimeOffset? VerifiedAt { get; init; }

    internal static PhysicianLicence Of(Licence licence, DateOnly today) => new()
    {
        Id = licence.Id,
        Jurisdiction = licence.Jurisdiction,
        Number = licence.Number,
        State = SnakeCase.Of(licence.StateOn(today)),
        ExpiresOn = licence.ExpiresOn,
        Reason = licence.Reason,
        VerifiedAt = licence.VerifiedAt,
    };
}
