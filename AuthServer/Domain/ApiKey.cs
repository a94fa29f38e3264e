namespace AuthServer.Domain;

/// <summary>
/// What a service signs in with: <c>live → revoked | expired</c>. It may do what its scopes say, and never more than its
/// owner might at that moment. The secret is shown once; only its hash is kept.
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

    /// <summary>The key's id: part of the key itself, the <c>sub</c> of its access tokens, and the actor in the audit log.</summary>
    public Guid Id { get; private set; }

    /// <summary>What the service is called. Two live keys may have one name, so that one can replace the other.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>SHA-256 of the secret: it is 256 random bits, which no guess finds, so a slow hash would protect nothing.</summary>
    public byte[] SecretHash { get; internal set; } = [];

    /// <summary>The administrator who answers for it.</summary>
    public Guid OwnerId { get; private set; }

    /// <summary>The tenant whose people it reaches; null for the whole platform.</summary>
    public Guid? TenantId { get; private set; }

    /// <summary>What it may do: names from <c>Platform/Authorization/Scopes.cs</c>.</summary>
    public string[] Scopes { get; internal set; } = [];

    /// <summary>Raised when its access tokens must no longer be believed; becomes <c>ver</c>.</summary>
    public int Version { get; internal set; } = 1;

    /// <summary>How many requests a minute it may make, on each replica.</summary>
    public int RequestsPerMinute { get; internal set; } = 600;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it stops working; at most 365 days after it was made.</summary>
    public DateTimeOffset ExpiresAt { get; internal set; }

    /// <summary>When it was last used, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    /// <summary>When it was revoked.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>When it was first seen where it must not be: in a URL, which proxies and browsers keep.</summary>
    public DateTimeOffset? ExposedAt { get; private set; }

    /// <summary>When its owner was last told that it is about to expire.</summary>
    public DateTimeOffset? ExpiryToldAt { get; internal set; }

    /// <summary>Whether it works at this moment.</summary>
    public bool IsLiveAt(DateTimeOffset now) => RevokedAt is null && ExpiresAt > now;

    internal void Revoke(DateTimeOffset now) => RevokedAt ??= now;
}
