namespace AuthServer.Domain;

/// <summary>A clinic or other organisation; people belong to it through memberships.</summary>
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

    /// <summary>The <c>tenant</c> claim of access tokens.</summary>
    public Guid Id { get; private set; }

    /// <summary>The name in URLs and requests: lower-case ASCII letters, digits and hyphens.</summary>
    public string Slug { get; private set; } = "";

    /// <summary>The display name, in normal form like that of a person.</summary>
    public string Name { get; internal set => field = value.Normalize(); } = "";

    public TenantStatus Status { get; internal set; } = TenantStatus.Active;

    public TenantSettings Settings { get; internal set; } = new();

    /// <summary>Its id in the system it was imported from, prefixed with that system's name.</summary>
    public string? LegacyId { get; internal set; }

    public DateTimeOffset CreatedAt { get; private set; }
}

public enum TenantStatus
{
    Active,

    /// <summary>Its memberships have no effect; the accounts remain.</summary>
    Suspended,
}

/// <summary>What a tenant can configure for itself.</summary>
public sealed class TenantSettings
{
    /// <summary>Whether people may register into the tenant by themselves.</summary>
    public bool SelfRegistration { get; set; }

    /// <summary>Whether tokens are issued for the tenant only once the person's mailbox is confirmed.</summary>
    public bool RequireVerifiedEmail { get; set; }

    /// <summary>Whether its people need a second factor. It can no longer be set, because sign-in does not enforce it yet.</summary>
    public bool RequireMfa { get; set; }

    /// <summary>The sender name of mails to its people, instead of the server's own.</summary>
    public string? MailSenderName { get; set; }

    /// <summary>BCP 47 language tag for people who have not chosen a language.</summary>
    public string? Locale { get; set; }

    /// <summary>Where its people sign in, instead of the server's own setting.</summary>
    public string? AppUrl { get; set; }

    /// <summary>Idle timeout of its people's sessions in minutes; the role's limit applies where it is shorter.</summary>
    public int? SessionIdleMinutes { get; set; }

    /// <summary>Maximum age of its people's sessions in minutes; the role's limit applies where it is shorter.</summary>
    public int? SessionAbsoluteMinutes { get; set; }
}
