using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Physicians;

/// <summary>Changes to one's own professional profile. A field that is left out or null stays as it is.</summary>
public sealed record PhysicianPatch : IPatch
{
    /// <summary>BCP 47 tag of the language the physician prefers to treat in.</summary>
    public Optional<string?> LanguagePreference { get; init; }

    /// <summary>
    /// The name of the private pool, whose physicians see only patients who were assigned manually; null for none. A boolean is taken
    /// too: true keeps the pool, or is one named <c>private</c>; false is null.
    /// </summary>
    public Optional<PoolName?> PrivatePool { get; init; }

    /// <summary>Away: not listed as available.</summary>
    [NeverCleared]
    public Optional<bool?> VacationMode { get; init; }

    /// <summary>The last day of absence (UTC), today or later; setting it also sets <c>vacation_mode</c>.</summary>
    public Optional<DateOnly?> VacationUntil { get; init; }

    /// <summary>Takes new patients.</summary>
    [NeverCleared]
    public Optional<bool?> AcceptingPatients { get; init; }

    /// <summary>Field of medicine, in the app's own vocabulary.</summary>
    public Optional<string?> Specialty { get; init; }

    /// <summary>Fields to clear: null changes nothing.</summary>
    public IReadOnlyList<string?>? Clear { get; init; }

    internal void ApplyTo(Physician physician, DateOnly today)
    {
        physician.LanguagePreference = LanguagePreference.Or(physician.LanguagePreference);
        if (PrivatePool.IsGiven)
        {
            physician.JoinPool(
                PrivatePool.Value is { IsAnyPool: true } ? physician.Pool ?? Physician.UnnamedPool : Trimmed(PrivatePool.Value?.Name));
        }

        physician.AcceptingPatients = AcceptingPatients.Value ?? physician.AcceptingPatients;
        physician.Specialty = Specialty.IsGiven ? Trimmed(Specialty.Value) : physician.Specialty;
        if (VacationMode.Value is not null || VacationUntil.IsGiven)
        {
            ApplyVacationTo(physician, today);
        }
    }

    void IValidated.Validate(FieldErrors errors)
    {
        errors.LanguageTag("language_preference", LanguagePreference.Value);
        errors.Text("specialty", Specialty.Value, maxLength: 100);
        errors.Text("private_pool", PrivatePool.Value?.Name, maxLength: 100);
        if (VacationMode is { IsGiven: true, Value: false } && VacationUntil.Value is not null)
        {
            errors.Add("vacation_until", "Only with vacation_mode true.");
        }
    }

    // A past vacation leaves its last day behind, which must not end the next one.
    private void ApplyVacationTo(Physician physician, DateOnly today)
    {
        var wasAway = physician.IsAwayOn(today);
        if (VacationMode.Value ?? (wasAway || VacationUntil.Value is not null))
        {
            physician.GoAway(VacationUntil.Or(wasAway ? physician.VacationUntil : null));
        }
        else
        {
            physician.ComeBack();
        }
    }

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
