namespace AuthServer.Domain;

/// <summary>The professional side of a person who treats.</summary>
public sealed class Physician
{
    private Physician()
    {
    }

    internal Physician(Guid userId, string? languagePreference, string? specialty, DateTimeOffset now)
    {
        Id = Guid.CreateVersion7(now);
        UserId = userId;
        LanguagePreference = languagePreference;
        Specialty = specialty;
    }

    /// <summary>The profile's id, as tokens carry it in <c>physician</c>.</summary>
    public Guid Id { get; private set; }

    /// <summary>The person.</summary>
    public Guid UserId { get; private set; }

    /// <summary>BCP 47 language tag the physician prefers to treat in.</summary>
    public string? LanguagePreference { get; internal set; }

    /// <summary>Sees only patients assigned by hand.</summary>
    public bool PrivatePool { get; internal set; }

    /// <summary>Away: takes no patients until <see cref="VacationUntil"/>, or until switched off.</summary>
    public bool VacationMode { get; private set; }

    /// <summary>The last day away, if it is known.</summary>
    public DateOnly? VacationUntil { get; private set; }

    /// <summary>Takes new patients.</summary>
    public bool AcceptingPatients { get; internal set; } = true;

    /// <summary>Field of medicine, as the app names it.</summary>
    public string? Specialty { get; internal set; }

    /// <summary>The licences, one for each jurisdiction.</summary>
    public ICollection<Licence> Licences { get; } = [];

    /// <summary>Whether they are away on a day: a vacation ends by itself after its last day.</summary>
    internal bool IsAwayOn(DateOnly day) => VacationMode && !(VacationUntil < day);

    internal void GoAway(DateOnly? until) => (VacationMode, VacationUntil) = (true, until);

    internal void ComeBack() => (VacationMode, VacationUntil) = (false, null);
}
