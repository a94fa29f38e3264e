using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Domain;
using AuthServer.Http;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Tokens;

/// <summary>A signing key that has been unwrapped and is ready to sign and to verify. Safe to share between threads.</summary>
internal sealed class KeyPair
{
    private const int RsaBits = 3072;

    private readonly Func<byte[], byte[]> _sign;

    private KeyPair(string id, string algorithm, SecurityKey verificationKey, JsonWebKey? published, Func<byte[], byte[]> sign, SigningKey? stored)
    {
        (Id, Algorithm, VerificationKey, Published, _sign, Stored) = (id, algorithm, verificationKey, published, sign, stored);
        Header = Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","typ":"{{AccessTokenFormat.Type}}","kid":"{{id}}"}""")) + ".");
    }

    public string Id { get; }

    public string Algorithm { get; }

    /// <summary>The first part of every token this key signs, with the dot behind it.</summary>
    public byte[] Header { get; }

    public SecurityKey VerificationKey { get; }

    /// <summary>The public half as it stands in the JWKS; null for a shared secret, which is never published.</summary>
    public JsonWebKey? Published { get; }

    /// <summary>The row it came from; null for a shared secret.</summary>
    public SigningKey? Stored { get; }

    public byte[] Sign(byte[] data) => _sign(data);

    /// <summary>Makes a key: its public half, and its private half wrapped for the database.</summary>
    public static SigningKey Make(string algorithm, KeyWrapping wrapping, DateTimeOffset now, DateTimeOffset activatesAt, TimeSpan use, TimeSpan keep)
    {
        using AsymmetricAlgorithm key = algorithm == SigningAlgorithms.Rs256 ? RSA.Create(RsaBits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = key.ExportSubjectPublicKeyInfo();
        var privateKey = key.ExportPkcs8PrivateKey();
        var id = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(Thumbprint(Publish(key, algorithm, "")))));
        var wrapped = wrapping.Wrap(privateKey, id);
        CryptographicOperations.ZeroMemory(privateKey);
        return new(id, algorithm, publicKey, wrapped, now, activatesAt, use, keep);
    }

    public static KeyPair Open(SigningKey stored, KeyWrapping wrapping)
    {
        var privateKey = wrapping.Unwrap(stored.WrappedPrivateKey, stored.Id);
        try
        {
            return stored.Algorithm == SigningAlgorithms.Rs256 ? OpenRsa(stored, privateKey) : OpenEcdsa(stored, privateKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    public static KeyPair FromSharedSecret(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        return new("shared", SigningAlgorithms.Hs256, new SymmetricSecurityKey(bytes), null, data => HMACSHA256.HashData(bytes, data), null);
    }

    private static KeyPair OpenEcdsa(SigningKey stored, byte[] privateKey)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        // RFC 7518 section 3.4 wants r ‖ s, not the DER that X.509 uses.
        return new(stored.Id, stored.Algorithm, new ECDsaSecurityKey(key) { KeyId = stored.Id }, Publish(key, stored.Algorithm, stored.Id),
            data => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation), stored);
    }

    private static KeyPair OpenRsa(SigningKey stored, byte[] privateKey)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        return new(stored.Id, stored.Algorithm, new RsaSecurityKey(key) { KeyId = stored.Id }, Publish(key, stored.Algorithm, stored.Id),
            data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), stored);
    }

    private static JsonWebKey Publish(AsymmetricAlgorithm key, string algorithm, string id) => key switch
    {
        ECDsa ecdsa when ecdsa.ExportParameters(false).Q is { } point =>
            new("EC", "sig", algorithm, id) { Crv = "P-256", X = Base64Url.EncodeToString(point.X), Y = Base64Url.EncodeToString(point.Y) },
        RSA rsa when rsa.ExportParameters(false) is var parts =>
            new("RSA", "sig", algorithm, id) { N = Base64Url.EncodeToString(parts.Modulus), E = Base64Url.EncodeToString(parts.Exponent) },
        _ => throw new NotSupportedException(key.GetType().Name),
    };

    // RFC 7638 section 3.2: the required members alone, in lexicographic order, without white space.
    private static string Thumbprint(JsonWebKey key) => key.Kty == "EC"
        ? $$"""{"crv":"{{key.Crv}}","kty":"EC","x":"{{key.X}}","y":"{{key.Y}}"}"""
        : $$"""{"e":"{{key.E}}","kty":"RSA","n":"{{key.N}}"}""";
}
