using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Physicians;

/// <summary>A licence to be looked at.</summary>
/// <param name="Number">The number on it.</param>
/// <param name="Jurisdiction">Who gave it: an ISO 3166 code such as <c>IL</c> or <c>US-NY</c>. It can be told later, by whoever verifies it
/// at the latest.</param>
/// <param name="ExpiresOn">The last day it is good for (UTC); left out where it does not end.</param>
public sealed record NewLicenceRequest(string? Number = null, string? Jurisdiction = null, DateOnly? ExpiresOn = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.LicenceNumber(Number);
        errors.Jurisdiction("jurisdiction", Jurisdiction);
    }
}

/// <summary>Changes to a licence, which is then pending again. A field that is left out stays as it is; null clears it.</summary>
public sealed record LicencePatch : IValidated
{
    /// <summary>The number on it.</summary>
    public Optional<string?> Number { get; init; }

    /// <summary>Who gave it: an ISO 3166 code such as <c>IL</c> or <c>US-NY</c>.</summary>
    public Optional<string?> Jurisdiction { get; init; }

    /// <summary>The last day it is good for (UTC); null where it does not end.</summary>
    public Optional<DateOnly?> ExpiresOn { get; init; }

    internal bool IsEmpty => !Number.IsGiven && !Jurisdiction.IsGiven && !ExpiresOn.IsGiven;

    /// <summary>What the licence would say afterwards.</summary>
    internal NewLicenceRequest Over(Licence licence) => new(
        Number.Or(licence.Number), Jurisdiction.Or(licence.Jurisdiction), ExpiresOn.Or(licence.ExpiresOn));

    void IValidated.Validate(FieldErrors errors)
    {
        if (Number.IsGiven)
        {
            errors.LicenceNumber(Number.Value);
        }

        errors.Jurisdiction("jurisdiction", Jurisdiction.Value);
    }
}

/// <summary>An administrator has checked a licence.</summary>
/// <param name="LicenceId">Which one; may be left out where one alone is pending.</param>
/// <param name="Number">The number that was checked: the request is refused if the physician has changed it meanwhile.</param>
/// <param name="Jurisdiction">Who gave it, where the licence does not say so itself.</param>
/// <param name="ExpiresOn">The last day it is good for, where the register says another one than the physician. A later one renews a
/// licence that is verified already.</param>
public sealed record VerifyLicenceRequest(
    Guid? LicenceId = null, string? Number = null, string? Jurisdiction = null, DateOnly? ExpiresOn = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("number", Number, LicenceFields.MaxNumberLength);
        errors.Jurisdiction("jurisdiction", Jurisdiction);
    }
}

/// <summary>An administrator could not make sure of a licence, or takes it back.</summary>
/// <param name="Reason">Why; the physician is told.</param>
/// <param name="LicenceId">Which one; may be left out where it can only be one.</param>
public sealed record RefuseLicenceRequest(string? Reason = null, Guid? LicenceId = null) : IValidated
{
    // With the jurisdiction before it, it has to fit into the audit log.
    void IValidated.Validate(FieldErrors errors) => errors.Text("reason", Reason, maxLength: 450, required: true);
}

/// <summary>An administrator lets a suspended licence be good again.</summary>
/// <param name="LicenceId">Which one; may be left out where one alone is suspended.</param>
/// <param name="ExpiresOn">Its last day, where it is another one by now.</param>
public sealed record ReinstateLicenceRequest(Guid? LicenceId = null, DateOnly? ExpiresOn = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        // Whether a day is past only the clock knows.
    }
}

internal static class LicenceFields
{
    public const int MaxNumberLength = 64;

    // Nobody's licence outlives them; a year that was typed wrongly would.
    private const int MostYears = 100;

    public static void LicenceNumber(this FieldErrors errors, string? number) =>
        errors.Text("number", number, MaxNumberLength, required: true);

    /// <summary>A last day: today or later, and no year that can only be a slip.</summary>
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
