namespace AuthServer.Domain;

/// <summary>A person's role at one tenant: the same person can be a physician at two clinics and an administrator at one.</summary>
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

    public Guid UserId { get; private set; }

    public Guid TenantId { get; private set; }

    /// <summary>One of the names in <see cref="Domain.Role"/>, valid within the tenant.</summary>
    public string Role { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }
}
