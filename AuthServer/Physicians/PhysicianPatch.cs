using AuthServer.Domain;
using AuthServer.Http;

namespace AuthServer.Physicians;

/// <summary>Changes to the own professional profile. A field that is left out stays as it is; null clears it.</summary>
public sealed record PhysicianPatch : IValidated
{
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    // Setters, because the serialiser assigns every init-only property, given or not.

    /// <summary>BCP 47 tag of the language the physician prefers to treat in.</summary>
    public string? LanguagePreference { get; set => field = Given("language_preference", value); }

    /// <summary>Sees only patients assigned by hand.</summary>
    public bool PrivatePool { get; set => field = Given("private_pool", value); }

    /// <summary>Away: stands in no list of available physicians.</summary>
    public bool VacationMode { get; set => field = Given("vacation_mode", value); }

    /// <summary>The last day away (UTC), today or later; by itself it means that one goes away.</summary>
    public DateOnly? VacationUntil { get; set => field = Given("vacation_until", value); }

    /// <summary>Takes new patients.</summary>
    public bool AcceptingPatients { get; set => field = Given("accepting_patients", value); }

    /// <summary>Field of medicine, as the app names it.</summary>
    public string? Specialty { get; set => field = Given("specialty", value); }

    internal void ApplyTo(Physician physician, DateOnly today)
    {
        physician.LanguagePreference = Has("language_preference") ? LanguagePreference : physician.LanguagePreference;
        physician.PrivatePool = Has("private_pool") ? PrivatePool : physician.PrivatePool;
        physician.AcceptingPatients = Has("accepting_patients") ? AcceptingPatients : physician.AcceptingPatients;
        physician.Specialty = Has("specialty") ? Trimmed(Specialty) : physician.Specialty;
        if (Has("vacation_mode") || Has("vacation_until"))
        {
            ApplyVacationTo(physician, today);
        }
    }

    void IValidated.Validate(FieldErrors errors)
    {
        errors.LanguageTag("language_preference", LanguagePreference);
        errors.Text("specialty", Specialty, maxLength: 100);
        if (Has("vacation_mode") && !VacationMode && VacationUntil is not null)
        {
            errors.Add("vacation_until", "Only with vacation_mode true.");
        }
    }

    // A vacation that is over leaves its last day behind, which says nothing of the next one.
    private void ApplyVacationTo(Physician physician, DateOnly today)
    {
        var wasAway = physician.IsAwayOn(today);
        if (Has("vacation_mode") ? VacationMode : wasAway || VacationUntil is not null)
        {
            physician.GoAway(Has("vacation_until") ? VacationUntil : wasAway ? physician.VacationUntil : null);
        }
        else
        {
            physician.ComeBack();
        }
    }

    private bool Has(string name) => _given.Contains(name);

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private T Given<T>(string name, T value)
    {
        _given.Add(name);
        return value;
    }
}
