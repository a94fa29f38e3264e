namespace AuthServer.Domain;

/// <summary>
/// A password reset that support requested for a user with a privileged role. A second person decides: <c>pending → approved |
/// declined</c>. Without a decision the request expires.
/// </summary>
public sealed class AssistedReset
{
    private AssistedReset()
    {
    }

    internal AssistedReset(Guid userId, Guid requestedBy, Guid? tenantId, string reason, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        Id = Guid.CreateVersion7(now);
        UserId = userId;
        RequestedBy = requestedBy;
        TenantId = tenantId;
        Reason = reason;
        CreatedAt = now;
        ExpiresAt = expiresAt;
    }

    public Guid Id { get; private set; }

    /// <summary>Whose password is to be reset.</summary>
    public Guid UserId { get; private set; }

    /// <summary>The member of staff who requested it.</summary>
    public Guid RequestedBy { get; private set; }

    /// <summary>The tenant the requester acted for; null for platform staff.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>The requester's explanation.</summary>
    public string Reason { get; private set; } = "";

    public AssistedResetState State { get; private set; } = AssistedResetState.Pending;

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>The deadline for a decision.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    public Guid? DecidedBy { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }
}

public enum AssistedResetState
{
    /// <summary>Waiting for a second person.</summary>
    Pending,

    /// <summary>The user was sent a reset link.</summary>
    Approved,

    Declined,
}
