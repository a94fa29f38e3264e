namespace AuthServer.Domain;

/// <summary>
/// A password reset that support asked for on behalf of somebody with power over others. A second person decides:
/// <c>pending → approved | declined</c>, or nobody does until it expires.
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

    /// <summary>Names it.</summary>
    public Guid Id { get; private set; }

    /// <summary>Whose password it is about.</summary>
    public Guid UserId { get; private set; }

    /// <summary>Who asked for it.</summary>
    public Guid RequestedBy { get; private set; }

    /// <summary>The tenant whose staff asked for it; null for staff of the platform.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>Why, as the asker told it.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>What became of it.</summary>
    public AssistedResetState State { get; private set; } = AssistedResetState.Pending;

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Until when somebody may decide.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>Who decided.</summary>
    public Guid? DecidedBy { get; private set; }

    /// <summary>When it was decided.</summary>
    public DateTimeOffset? DecidedAt { get; private set; }
}

/// <summary>What became of a reset that support asked for.</summary>
public enum AssistedResetState
{
    /// <summary>Waits for a second person.</summary>
    Pending,

    /// <summary>The person was sent a link.</summary>
    Approved,

    /// <summary>Nothing was sent.</summary>
    Declined,
}
