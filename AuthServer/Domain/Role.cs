using Microsoft.AspNetCore.Identity;

namespace AuthServer.Domain;

/// <summary>What a person is everywhere, across tenants.</summary>
public sealed class Role : IdentityRole<Guid>
{
    /// <summary>Someone who is treated; what everybody is who registers without saying more.</summary>
    public const string Patient = "patient";

    /// <summary>Someone who treats. No token carries it without a verified licence.</summary>
    public const string Physician = "physician";

    /// <summary>Platform administrator.</summary>
    public const string Admin = "admin";

    /// <summary>Helps people back into their accounts, without power over them.</summary>
    public const string Support = "support";

    private Role()
    {
    }

    private Role(string name, string id)
    {
        Id = Guid.Parse(id);
        Name = name;
        NormalizedName = name;
        // A random stamp would make every migration see a change in the seed.
        ConcurrencyStamp = id;
    }

    internal static IReadOnlyList<Role> All { get; } =
    [
        new(Patient, "01900000-0000-7000-8000-000000000001"),
        new(Physician, "01900000-0000-7000-8000-000000000002"),
        new(Admin, "01900000-0000-7000-8000-000000000003"),
        new(Support, "01900000-0000-7000-8000-000000000004"),
    ];

    internal static Guid IdOf(string name) => All.Single(role => role.Name == name).Id;
}
