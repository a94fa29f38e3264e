namespace AuthServer.Domain;

/// <summary>What a person is at one tenant: the same person can be a physician at two clinics and admin at one.</summary>
public sealed class Membership
{
    private Membership()
    {
    }

    internal Membership(Guid userId, Guid tenantId, string role, DateTimeOffset now)
    {
        UserId = userId;
        TenantId = tenantId;
        Role = role;
        CreatedAt = now;
    }

    /// <summary>The person.</summary>
    public Guid UserId { get; private set; }

    /// <summary>The tenant.</summary>
    public Guid TenantId { get; private set; }

    /// <summary>One of the names in <see cref="Domain.Role"/>, meant within the tenant.</summary>
    public string Role { get; private set; } = "";

    /// <summary>Since when.</summary>
    public DateTimeOffset CreatedAt { get; private set; }
}
