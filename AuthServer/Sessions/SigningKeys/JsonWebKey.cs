using System.Text.Json.Serialization;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>The public half of a signing key (RFC 7517).</summary>
/// <param name="Kty"><c>EC</c> or <c>RSA</c>.</param>
/// <param name="Use">Always <c>sig</c>.</param>
/// <param name="Alg">The one algorithm this key signs with.</param>
/// <param name="Kid">The key's id in token headers: its RFC 7638 thumbprint.</param>
public sealed record JsonWebKey(string Kty, string Use, string Alg, string Kid)
{
    /// <summary>EC: the curve.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Crv { get; init; }

    /// <summary>EC: x coordinate, base64url.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? X { get; init; }

    /// <summary>EC: y coordinate, base64url.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Y { get; init; }

    /// <summary>RSA: modulus, base64url.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? N { get; init; }

    /// <summary>RSA: exponent, base64url.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? E { get; init; }
}

/// <summary>The keys that verify access tokens (RFC 7517 section 5): announced, signing, and recently retired.</summary>
/// <param name="Keys">The keys.</param>
public sealed record JsonWebKeySet(IReadOnlyList<JsonWebKey> Keys);
