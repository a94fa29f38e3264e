using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Physicians;

/// <summary>Submits a licence for review.</summary>
/// <param name="Number">The number on the licence.</param>
/// <param name="Jurisdiction">Who issued it: an ISO 3166 code such as <c>IL</c> or <c>US-NY</c>. May be added until it is verified.</param>
/// <param name="ExpiresOn">The last day of validity (UTC); left out if it does not expire.</param>
public sealed record NewLicenceRequest(string? Number = null, string? Jurisdiction = null, DateOnly? ExpiresOn = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.LicenceNumber(Number);
        errors.Jurisdiction("jurisdiction", Jurisdiction);
    }
}

/// <summary>Changes to a licence, which is then pending again. A field that is left out or null stays as it is.</summary>
public sealed record LicencePatch : IPatch
{
    /// <summary>The number on the licence.</summary>
    [NeverCleared]
    public Optional<string?> Number { get; init; }

    /// <summary>Who issued it: an ISO 3166 code such as <c>IL</c> or <c>US-NY</c>.</summary>
    public Optional<string?> Jurisdiction { get; init; }

    /// <summary>The last day of validity (UTC); null if it does not expire.</summary>
    public Optional<DateOnly?> ExpiresOn { get; init; }

    /// <summary>Fields to clear: null changes nothing.</summary>
    public IReadOnlyList<string?>? Clear { get; init; }

    /// <summary>Whether nothing is given, or only what a licence that awaits its review already says.</summary>
    internal bool ChangesNothing(Licence licence) =>
        (!Number.IsGiven && !Jurisdiction.IsGiven && !ExpiresOn.IsGiven)
        || (licence.State == LicenceState.Pending
            && Over(licence) == new NewLicenceRequest(licence.Number, licence.Jurisdiction, licence.ExpiresOn));

    /// <summary>The licence with the changes applied.</summary>
    internal NewLicenceRequest Over(Licence licence) => new(
        Number.Or(licence.Number)?.Trim(), Jurisdiction.Or(licence.Jurisdiction), ExpiresOn.Or(licence.ExpiresOn));

    void IValidated.Validate(FieldErrors errors)
    {
        if (Number.IsGiven)
        {
            errors.LicenceNumber(Number.Value);
        }

        errors.Jurisdiction("jurisdiction", Jurisdiction.Value);
    }
}

/// <summary>Verifies a licence.</summary>
/// <param name="LicenceId">Which licence; may be left out if only one is pending.</param>
/// <param name="Number">The number that was checked: the request is refused if the physician has changed it meanwhile.</param>
/// <param name="Jurisdiction">Who issued it, if the licence does not say so itself.</param>
/// <param name="ExpiresOn">The last day of validity, if the register differs from what the physician stated. A later day renews a
/// licence that is already verified.</param>
public sealed record VerifyLicenceRequest(
    Guid? LicenceId = null, string? Number = null, string? Jurisdiction = null, DateOnly? ExpiresOn = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("number", Number, LicenceFields.MaxNumberLength);
        errors.Jurisdiction("jurisdiction", Jurisdiction);
    }
}

/// <summary>Rejects or suspends a licence.</summary>
/// <param name="Reason">Why; sent to the physician.</param>
/// <param name="LicenceId">Which licence; may be left out if only one qualifies.</param>
public sealed record RefuseLicenceRequest(string? Reason = null, Guid? LicenceId = null) : IValidated
{
    // Has to fit into the audit log together with the jurisdiction.
    void IValidated.Validate(FieldErrors errors) => errors.Text("reason", Reason, maxLength: 450, required: true);
}

/// <summary>Lifts the suspension of a licence.</summary>
/// <param name="LicenceId">Which licence; may be left out if only one is suspended.</param>
/// <param name="ExpiresOn">Its last day, if that has changed.</param>
public sealed record ReinstateLicenceRequest(Guid? LicenceId = null, DateOnly? ExpiresOn = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        // Whether a day is past depends on the clock and is checked later.
    }
}

internal static class LicenceFields
{
    public const int MaxNumberLength = 64;

    // A licence does not outlive its holder; a mistyped year might.
    private const int MostYears = 100;

    public static void LicenceNumber(this FieldErrors errors, string? number) =>
        errors.Text("number", number, MaxNumberLength, required: true);

    /// <summary>Requires a day that is today or later, and not so far away that it must be a typo.</summary>
    public static void LastDay(this FieldErrors errors, string field, DateOnly? day, DateOnly today)
    {
        if (day < today)
        {
            errors.Add(field, "Today (UTC) or later.");
        }
        else if (day?.Year > today.Year + MostYears)
        {
            errors.Add(field, "At most a hundred years ahead.");
        }
    }
}
