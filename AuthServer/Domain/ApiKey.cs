namespace AuthServer.Domain;

/// <summary>
/// A service's credential: <c>live → revoked | expired</c>. Its scopes limit what it may do, and so do its owner's current rights.
/// The secret is shown once; only its hash is stored.
/// </summary>
public sealed class ApiKey
{
    private ApiKey()
    {
    }

    internal ApiKey(string name, Guid ownerId, Guid? tenantId, IReadOnlyList<string> scopes, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        Id = Guid.CreateVersion7(now);
        Name = name;
        OwnerId = ownerId;
        TenantId = tenantId;
        Scopes = [.. scopes];
        ExpiresAt = expiresAt;
        CreatedAt = now;
    }

    /// <summary>Part of the key's text, the <c>sub</c> of its access tokens, and the actor in the audit log.</summary>
    public Guid Id { get; private set; }

    /// <summary>Need not be unique: a key and its replacement may have the same name while both are live.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>
    /// SHA-256 of the secret. The secret is 256 random bits and cannot be guessed, so a slow hash would add nothing.
    /// </summary>
    public byte[] SecretHash { get; internal set; } = [];

    /// <summary>The administrator responsible for the key.</summary>
    public Guid OwnerId { get; private set; }

    /// <summary>The tenant the key is limited to; null for the whole platform.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>Names from <c>Platform/Authorization/Scopes.cs</c>.</summary>
    public string[] Scopes { get; internal set; } = [];

    /// <summary>Incremented to invalidate the key's access tokens; their <c>ver</c> claim.</summary>
    public int Version { get; internal set; } = 1;

    /// <summary>Per replica.</summary>
    public int RequestsPerMinute { get; internal set; } = 600;

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>At most 365 days after creation.</summary>
    public DateTimeOffset ExpiresAt { get; internal set; }

    /// <summary>Accurate to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>When the key was first seen in a URL, where proxies and browsers record it.</summary>
    public DateTimeOffset? ExposedAt { get; private set; }

    /// <summary>When the owner was last told that the key is about to expire.</summary>
    public DateTimeOffset? ExpiryToldAt { get; internal set; }

    public bool IsLiveAt(DateTimeOffset now) => RevokedAt is null && ExpiresAt > now;

    internal void Revoke(DateTimeOffset now) => RevokedAt ??= now;
}
