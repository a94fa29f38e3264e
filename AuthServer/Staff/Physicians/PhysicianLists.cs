using System.ComponentModel;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Staff.Physicians;

/// <summary>Search criteria of staff.</summary>
internal sealed record PhysicianQuery : IValidated
{
    [FromQuery(Name = "tenant")]
    [Description("Only physicians of the tenant with this slug or id.")]
    public string? Tenant { get; init; }

    [FromQuery(Name = "status")]
    [Description("Only physicians with this status: `verified` (at least one licence is valid today) or `pending`.")]
    public string? Status { get; init; }

    [FromQuery(Name = "licence")]
    [Description("Only those with a licence in this state: `unverified`, `pending`, `verified`, "
        + "`suspended`, `expired`.")]
    public string? Licence { get; init; }

    [FromQuery(Name = "available")]
    [Description("`true`: only physicians who are verified, accept patients, are not on vacation or in a private pool, and whose "
        + "account is active. `false`: only the others.")]
    public bool? Available { get; init; }

    [FromQuery(Name = "language")]
    [Description("A language tag (BCP 47). `he` also finds `he-IL`.")]
    public string? Language { get; init; }

    [FromQuery(Name = "specialty")]
    [Description("The full name of the field of medicine; case does not matter.")]
    public string? Specialty { get; init; }

    [FromQuery(Name = "private_pool")]
    [Description("Only physicians in the private pool of this name; case does not matter.")]
    public string? PrivatePool { get; init; }

    private static readonly Dictionary<string, LicenceState> States = Enum.GetValues<LicenceState>()
        .ToDictionary(Platform.Persistence.SnakeCase.Of, StringComparer.Ordinal);

    internal LicenceState? LicenceState => Licence is null ? null : States[Licence];

    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("tenant", Tenant, maxLength: 63);
        errors.LanguageTag("language", Language);
        errors.Text("specialty", Specialty, maxLength: 100);
        errors.Text("private_pool", PrivatePool, maxLength: 100);
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
internal sealed record AvailabilityQuery : IValidated
{
    [FromQuery(Name = "language")]
    [Description("A language tag (BCP 47). `he` also finds `he-IL`.")]
    public string? Language { get; init; }

    [FromQuery(Name = "specialty")]
    [Description("The full name of the field of medicine; case does not matter.")]
    public string? Specialty { get; init; }

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

    /// <summary>The private pool in which they see only patients who were assigned manually; null for none.</summary>
    public required string? PrivatePool { get; init; }

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
