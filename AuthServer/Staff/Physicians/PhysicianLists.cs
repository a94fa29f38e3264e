using System.ComponentModel;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Staff.Physicians;

/// <summary>Search criteria of staff.</summary>
public sealed record PhysicianQuery(
    [property: FromQuery(Name = "tenant"), Description("Only physicians of this tenant: its slug or id.")] string? Tenant = null,
    [property: FromQuery(Name = "status"), Description("`verified` (a licence is good today) or `pending`.")] string? Status = null,
    [property: FromQuery(Name = "licence"), Description("Only those with a licence in this state: `unverified`, `pending`, `verified`, "
        + "`suspended`, `expired`.")] string? Licence = null,
    [property: FromQuery(Name = "available"), Description("`true`: verified, taking patients, not away, not private, account active; "
        + "`false`: the others.")] bool? Available = null,
    [property: FromQuery(Name = "language"), Description("A language tag; `he` finds `he-IL`, too.")] string? Language = null,
    [property: FromQuery(Name = "specialty"), Description("The field of medicine, whole, in capitals or not.")] string? Specialty = null)
    : IValidated
{
    private static readonly Dictionary<string, LicenceState> States = Enum.GetValues<LicenceState>()
        .ToDictionary(Platform.Persistence.SnakeCase.Of, StringComparer.Ordinal);

    internal LicenceState? LicenceState => Licence is null ? null : States[Licence];

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("tenant", Tenant, maxLength: 63);
        errors.LanguageTag("language", Language);
        errors.Text("specialty", Specialty, maxLength: 100);
        if (Status is not (null or "verified" or "pending"))
        {
            errors.Add("status", "Either verified or pending.");
        }

        if (Licence is not null && !States.ContainsKey(Licence))
        {
            errors.Add("licence", "One of unverified, pending, verified, suspended, expired.");
        }
    }
}

/// <summary>Search criteria of somebody who needs a physician.</summary>
public sealed record AvailabilityQuery(
    [property: FromQuery(Name = "language"), Description("A language tag; `he` finds `he-IL`, too.")] string? Language = null,
    [property: FromQuery(Name = "specialty"), Description("The field of medicine, whole, in capitals or not.")] string? Specialty = null)
    : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.LanguageTag("language", Language);
        errors.Text("specialty", Specialty, maxLength: 100);
    }
}

/// <summary>A physician in the list for staff.</summary>
public sealed record PhysicianSummary
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

    /// <summary>Field of medicine.</summary>
    public required string? Specialty { get; init; }

    /// <summary>Sees only patients who were assigned manually.</summary>
    public required bool PrivatePool { get; init; }

    /// <summary>Away today.</summary>
    public required bool VacationMode { get; init; }

    /// <summary>Takes new patients.</summary>
    public required bool AcceptingPatients { get; init; }

    /// <summary>How many licences wait for a decision, imported ones included.</summary>
    public required int PendingLicences { get; init; }
}

/// <summary>A physician somebody can choose, as any signed-in person sees them.</summary>
/// <param name="Id">The <c>physician</c> claim of access tokens.</param>
/// <param name="FullName">The name shown to other people.</param>
/// <param name="Specialty">Field of medicine.</param>
/// <param name="LanguagePreference">BCP 47 tag of the language the physician prefers.</param>
public sealed record AvailablePhysician(Guid Id, string? FullName, string? Specialty, string? LanguagePreference);
