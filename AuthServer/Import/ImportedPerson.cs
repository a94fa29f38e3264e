using AuthServer.Domain;

namespace AuthServer.Import;

/// <summary>A person who is in the database already, or will be after this batch.</summary>
internal sealed class ImportedPerson(string? legacyId, string address, string canonical, string? name)
{
    // Shared, because most people have no clinics and a run remembers all of them.
    private static readonly IReadOnlySet<string> None = new HashSet<string>(StringComparer.Ordinal);

    private List<string>? _clinicsSeen;

    /// <summary>The account's id; empty until it is created.</summary>
    public Guid Id { get; set; }

    public string? LegacyId => legacyId;

    /// <summary>The address in the account's spelling.</summary>
    public string Address => address;

    public string Canonical { get; } = canonical == address ? address : canonical;

    public string? NameKey { get; } = CleanText.Key(name);

    /// <summary>The first row of this run that belongs to this person; 0 if there is none yet.</summary>
    public long Row { get; set; }

    /// <summary>The clinics where they are a physician, according to the database.</summary>
    public IReadOnlySet<string> Clinics { get; init; } = None;

    /// <summary>The clinics they were imported to in the past.</summary>
    public IReadOnlySet<string> FormerClinics { get; init; } = None;

    /// <summary>Has neither a password nor a link to set one yet.</summary>
    public bool WaitsForLink { get; set; }

    /// <summary>Whether another row of this run listed them at this clinic.</summary>
    public bool IsSeenAt(string clinic) => _clinicsSeen?.Contains(clinic) == true;

    public void SeeAt(string clinic) => (_clinicsSeen ??= []).Add(clinic);

    public void UnseeAt(string clinic) => _clinicsSeen?.Remove(clinic);

    /// <summary>How reports refer to them.</summary>
    public string Named => Row > 0 ? $"row {Row}" : $"account {Id}";

    public static ImportedPerson New(Candidate candidate) =>
        new(
            candidate.LegacyId, candidate.Email.Address, candidate.Email.Canonical, candidate.FullName)
        { WaitsForLink = candidate.PasswordHash is null };

    public static ImportedPerson Of(User user, IReadOnlySet<string> clinics, IReadOnlySet<string> formerClinics) =>
        new(user.LegacyId, user.Email!, user.NormalizedEmail!, user.FullName)
        {
            Id = user.Id,
            Clinics = clinics,
            FormerClinics = formerClinics,
            WaitsForLink = user is { PasswordHash: null, InvitedAt: null, Status: UserStatus.Active },
        };
}

/// <summary>A clinic that is in the database already, or will be after this batch.</summary>
internal sealed class ImportedClinic(string legacyId, string name, string slug)
{
    /// <summary>The tenant's id; empty until it is created.</summary>
    public Guid Id { get; set; }

    public string LegacyId => legacyId;

    public string Name => name;

    public string Slug => slug;
}
