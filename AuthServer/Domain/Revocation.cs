namespace AuthServer.Domain;

/// <summary>
/// Refuses access tokens whose signature is still valid: those of one session, those of one person below a token version, or those
/// for a suspended tenant. Kept for as long as such a token could be unexpired.
/// </summary>
public sealed class Revocation
{
    private Revocation()
    {
    }

    public long Id { get; private set; }

    public Guid? SessionId { get; private set; }

    /// <summary>The person whose tokens below <see cref="TokenVersion"/> are refused.</summary>
    public Guid? UserId { get; private set; }

    /// <summary>With <see cref="UserId"/>: tokens below this version are refused.</summary>
    public int? TokenVersion { get; private set; }

    /// <summary>The tenant all of whose tokens are refused.</summary>
    public Guid? TenantId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When the last affected token has expired.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }
}
