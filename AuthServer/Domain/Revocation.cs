namespace AuthServer.Domain;

/// <summary>
/// Access tokens that must not be believed although their signature is good: those of one session, those of one
/// person from before a token version, or those for a suspended tenant. Kept as long as such a token could still be within its lifetime.
/// </summary>
public sealed class Revocation
{
    private Revocation()
    {
    }

    /// <summary>Ascends in the order of insertion.</summary>
    public long Id { get; private set; }

    /// <summary>The session whose tokens are refused.</summary>
    public Guid? SessionId { get; private set; }

    /// <summary>The person whose older tokens are refused.</summary>
    public Guid? UserId { get; private set; }

    /// <summary>With <see cref="UserId"/>: tokens below this version are refused.</summary>
    public int? TokenVersion { get; private set; }

    /// <summary>The tenant for which no token is good.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When the last token it refuses has expired by itself.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }
}
