namespace AuthServer.Domain;

/// <summary>A clinic or other organisation that people belong to through memberships.</summary>
public sealed class Tenant
{
    private Tenant()
    {
    }

    internal Tenant(string slug, string name, DateTimeOffset now)
    {
        Id = Guid.CreateVersion7(now);
        Slug = slug;
        Name = name;
        CreatedAt = now;
    }

    /// <summary>The tenant's id, as tokens carry it.</summary>
    public Guid Id { get; private set; }

    /// <summary>Its name in URLs and requests: lower-case ASCII letters, digits and hyphens.</summary>
    public string Slug { get; private set; } = "";

    /// <summary>Its name as people read it.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>Whether its memberships count.</summary>
    public TenantStatus Status { get; internal set; } = TenantStatus.Active;

    /// <summary>What the tenant chose for itself.</summary>
    public TenantSettings Settings { get; internal set; } = new();

    /// <summary>Its id in the system it was imported from, with that system's name before it.</summary>
    public string? LegacyId { get; internal set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }
}

/// <summary>Whether a tenant's memberships count.</summary>
public enum TenantStatus
{
    /// <summary>Its memberships count.</summary>
    Active,

    /// <summary>Its memberships stop working; the people stay.</summary>
    Suspended,
}

/// <summary>What a tenant chose for itself.</summary>
public sealed class TenantSettings
{
    /// <summary>Whether people may register into the tenant by themselves.</summary>
    public bool SelfRegistration { get; set; }

    /// <summary>Whether tokens are for the tenant only once the person's mailbox is proven.</summary>
    public bool RequireVerifiedEmail { get; set; }

    /// <summary>Whether its people need a second factor. Kept for apps to read; not yet asked for at sign-in.</summary>
    public bool RequireMfa { get; set; }

    /// <summary>The name mails to its people come from, instead of the server's own.</summary>
    public string? MailSenderName { get; set; }

    /// <summary>BCP 47 language tag for people who have chosen none.</summary>
    public string? Locale { get; set; }

    /// <summary>Longest time in minutes that its people's sessions may rest; the role's limit where that is shorter.</summary>
    public int? SessionIdleMinutes { get; set; }

    /// <summary>Highest age in minutes of its people's sessions; the role's limit where that is shorter.</summary>
    public int? SessionAbsoluteMinutes { get; set; }
}
