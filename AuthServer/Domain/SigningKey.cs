namespace AuthServer.Domain;

/// <summary>
/// A key that signs access tokens. It is published in the JWKS before it signs anything and stays there after its last signature,
/// so that resource servers always have had time to fetch the key of a token.
/// </summary>
public sealed class SigningKey
{
    private SigningKey()
    {
    }

    internal SigningKey(
        string id, string algorithm, byte[] publicKey, byte[] wrappedPrivateKey, DateTimeOffset now, DateTimeOffset activatesAt,
        TimeSpan use, TimeSpan keep)
    {
        Id = id;
        Algorithm = algorithm;
        PublicKey = publicKey;
        WrappedPrivateKey = wrappedPrivateKey;
        CreatedAt = now;
        ActivatesAt = activatesAt;
        RetiresAt = activatesAt + use;
        ExpiresAt = RetiresAt + keep;
    }

    /// <summary>The <c>kid</c>: the key's RFC 7638 thumbprint.</summary>
    public string Id { get; private set; } = "";

    /// <summary><c>ES256</c> or <c>RS256</c>; a token that names another algorithm for this key is refused.</summary>
    public string Algorithm { get; private set; } = "";

    public byte[] PublicKey { get; private set; } = [];

    /// <summary>PKCS#8, encrypted under a key that is not in the database.</summary>
    public byte[] WrappedPrivateKey { get; internal set; } = [];

    /// <summary>When it was published.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it starts to sign.</summary>
    public DateTimeOffset ActivatesAt { get; private set; }

    /// <summary>When it stops signing.</summary>
    public DateTimeOffset RetiresAt { get; internal set; }

    /// <summary>When tokens it signed are no longer accepted.</summary>
    public DateTimeOffset ExpiresAt { get; internal set; }

    internal bool IsSameAs(SigningKey other) =>
        (Id, Algorithm, CreatedAt, ActivatesAt, RetiresAt, ExpiresAt)
            == (other.Id, other.Algorithm, other.CreatedAt, other.ActivatesAt, other.RetiresAt, other.ExpiresAt)
        && PublicKey.AsSpan().SequenceEqual(other.PublicKey)
        && WrappedPrivateKey.AsSpan().SequenceEqual(other.WrappedPrivateKey);

    /// <summary>Makes it sign from that moment on, for the length of a rotation period.</summary>
    internal void SignFrom(DateTimeOffset at, TimeSpan use, TimeSpan keep)
    {
        ActivatesAt = at;
        RetiresAt = at + use;
        ExpiresAt = RetiresAt + keep;
    }

    /// <summary>Stops it from signing from that moment on; tokens it signed stay valid.</summary>
    internal void RetireAt(DateTimeOffset at, TimeSpan keep) => (RetiresAt, ExpiresAt) = (at, at + keep);
}
