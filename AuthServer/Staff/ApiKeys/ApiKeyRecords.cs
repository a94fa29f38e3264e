using System.Text.Json.Serialization;
using AuthServer.Domain;

namespace AuthServer.Staff.ApiKeys;

/// <summary>An API key, as administrators see it; never the secret.</summary>
public record ApiKeyRecord
{
    /// <summary>The <c>sub</c> of its access tokens, and the actor in the audit log.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name of the service that uses it.</summary>
    public required string Name { get; init; }

    /// <summary>Slug of the tenant it is limited to; null for the whole platform.</summary>
    public required string? Tenant { get; init; }

    /// <summary>The administrator responsible for the key.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>What the key may do.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>How many requests a minute it may make.</summary>
    public required int RequestsPerMinute { get; init; }

    /// <summary><c>live</c>, <c>expired</c> or <c>revoked</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was last used, accurate to the minute.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When it was revoked.</summary>
    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was first seen in a URL: replace it.</summary>
    public required DateTimeOffset? ExposedAt { get; init; }

    internal static ApiKeyRecord Of(ApiKey key, string? tenant, DateTimeOffset now) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Tenant = tenant,
        OwnerId = key.OwnerId,
        Scopes = key.Scopes,
        RequestsPerMinute = key.RequestsPerMinute,
        Status = key.RevokedAt is not null ? "revoked" : key.IsLiveAt(now) ? "live" : "expired",
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        LastUsedAt = key.LastUsedAt,
        RevokedAt = key.RevokedAt,
        ExposedAt = key.ExposedAt,
    };
}

/// <summary>An API key that was just created.</summary>
public sealed record MadeApiKey : ApiKeyRecord
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal MadeApiKey(ApiKeyRecord record, string key) : base(record) => Key = key;

    /// <summary>The key itself, to be sent as <c>X-API-Key</c>: shown now and never again.</summary>
    [JsonPropertyOrder(1)]
    public string Key { get; }

    /// <summary>Without the key, so that no log can show it by accident.</summary>
    public override string ToString() => $"{nameof(MadeApiKey)} {Id} [redacted]";
}

/// <summary>The access token of an API key (RFC 6749 section 5.1).</summary>
/// <param name="AccessToken">Sent as <c>Authorization: Bearer …</c>; a JWT (RFC 9068) that any resource server can verify.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until it expires.</param>
/// <param name="Scope">The granted scopes, separated by spaces.</param>
public sealed record ApiKeyTokenResponse(string AccessToken, string TokenType, int ExpiresIn, string Scope)
{
    /// <summary>Without the token, so that no log can show it by accident.</summary>
    public override string ToString() => $"{nameof(ApiKeyTokenResponse)} [redacted]";
}
