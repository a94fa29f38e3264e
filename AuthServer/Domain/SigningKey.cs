namespace AuthServer.Domain;

/// <summary>
/// A key that signs access tokens. It is announced in the JWKS before it signs and stays there after it stopped, so
/// that no resource server meets a token whose key it has not had time to fetch.
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

    /// <summary><c>ES256</c> or <c>RS256</c>; a token signed with this key under any other name is refused.</summary>
    public string Algorithm { get; private set; } = "";

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public byte[] PublicKey { get; private set; } = [];

    /// <summary>PKCS#8, encrypted under a key that is not in the database.</summary>
    public byte[] WrappedPrivateKey { get; internal set; } = [];

    /// <summary>Since when it is announced.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>From when it signs.</summary>
    public DateTimeOffset ActivatesAt { get; private set; }

    /// <summary>From when it signs no more.</summary>
    public DateTimeOffset RetiresAt { get; internal set; }

    /// <summary>From when nothing it signed is believed.</summary>
    public DateTimeOffset ExpiresAt { get; internal set; }

    internal bool IsSameAs(SigningKey other) =>
        (Id, Algorithm, CreatedAt, ActivatesAt, RetiresAt, ExpiresAt)
            == (other.Id, other.Algorithm, other.CreatedAt, other.ActivatesAt, other.RetiresAt, other.ExpiresAt)
        && PublicKey.AsSpan().SequenceEqual(other.PublicKey)
        && WrappedPrivateKey.AsSpan().SequenceEqual(other.WrappedPrivateKey);

    /// <summary>Lets it sign for its season from that moment on.</summary>
    internal void SignFrom(DateTimeOffset at, TimeSpan use, TimeSpan keep)
    {
        ActivatesAt = at;
        RetiresAt = at + use;
        ExpiresAt = RetiresAt + keep;
    }

    /// <summary>Lets it sign no more from that moment on; what it has signed stays good.</summary>
    internal void RetireAt(DateTimeOffset at, TimeSpan keep) => (RetiresAt, ExpiresAt) = (at, at + keep);
}
