using Microsoft.AspNetCore.Identity;

namespace AuthServer.Domain;

/// <summary>A person's role on the whole platform, independent of tenants.</summary>
public sealed class Role : IdentityRole<Guid>
{
    /// <summary>Somebody who is treated; the default role after registration.</summary>
    public const string Patient = "patient";

    /// <summary>Somebody who treats patients. Tokens carry the role only with a verified licence.</summary>
    public const string Physician = "physician";

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
        // A random stamp would make every new migration see a change in the seed data.
        ConcurrencyStamp = id;
    }

    /// <summary>As it is written: clients that are generated capitalise their enums.</summary>
    internal static string? Spelled(string? name) => name?.ToLowerInvariant();

    internal static IReadOnlyList<Role> All { get; } =
    [
        new(Patient, "01900000-0000-7000-8000-000000000001"),
        new(Physician, "01900000-0000-7000-8000-000000000002"),
        new(Admin, "01900000-0000-7000-8000-000000000003"),
        new(Support, "01900000-0000-7000-8000-000000000004"),
    ];

    internal static Guid IdOf(string name) => All.Single(role => role.Name == name).Id;
}
