namespace AuthServer.Domain;

/// <summary>The professional profile of a person who treats patients.</summary>
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

    /// <summary>The <c>physician</c> claim of access tokens.</summary>
    public Guid Id { get; private set; }

    public Guid UserId { get; private set; }

    /// <summary>BCP 47 tag of the language the physician prefers to treat in.</summary>
    public string? LanguagePreference { get; internal set; }

    /// <summary>Whether there is a private pool: this column decides, because the previous version writes no other.</summary>
    public bool PrivatePool { get; private set; }

    /// <summary>The stored name of the private pool; <see cref="Pool"/> is what counts.</summary>
    public string? PrivatePoolName { get; private set; }

    /// <summary>The private pool in which they see only patients who were assigned manually; null if they are in none.</summary>
    internal string? Pool => PrivatePool ? PrivatePoolName ?? UnnamedPool : null;

    /// <summary>The name of a pool that nobody has named, as with the boolean of old.</summary>
    internal const string UnnamedPool = "private";

    /// <summary>Takes no patients until <see cref="VacationUntil"/>, or until it is switched off.</summary>
    public bool VacationMode { get; private set; }

    /// <summary>The last day of absence, if known.</summary>
    public DateOnly? VacationUntil { get; private set; }

    public bool AcceptingPatients { get; internal set; } = true;

    /// <summary>Field of medicine, in the app's own vocabulary and in normal form.</summary>
    public string? Specialty { get; internal set => field = value?.Normalize(); }

    /// <summary>At most one for each jurisdiction.</summary>
    public ICollection<Licence> Licences { get; } = [];

    /// <summary>Whether they are away on a day: a vacation ends automatically after its last day.</summary>
    internal bool IsAwayOn(DateOnly day) => VacationMode && !(VacationUntil < day);

    internal void JoinPool(string? name) => (PrivatePool, PrivatePoolName) = (name is not null, name?.Normalize());

    internal void GoAway(DateOnly? until) => (VacationMode, VacationUntil) = (true, until);

    internal void ComeBack() => (VacationMode, VacationUntil) = (false, null);
}
