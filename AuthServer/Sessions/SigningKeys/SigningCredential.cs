using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Domain;
using AuthServer.Platform.Cryptography;
using AuthServer.Sessions.AccessTokens;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>A signing key that has been unwrapped and is ready to sign and to verify. Safe to share between threads.</summary>
internal sealed class SigningCredential
{
    private const int RsaBits = 3072;

    private readonly Func<byte[], byte[]> _sign;

    private SigningCredential(SigningKey stored, SecurityKey publicHalf, Func<byte[], byte[]> sign)
        : this(stored.Id, stored.Algorithm, publicHalf, sign) => (Stored, Published) = (stored, Publish(publicHalf, stored.Algorithm));

    private SigningCredential(string id, string algorithm, SecurityKey verificationKey, Func<byte[], byte[]> sign)
    {
        (Id, Algorithm, VerificationKey, _sign) = (id, algorithm, verificationKey, sign);
        VerificationKey.KeyId = id;
        Header = Encoding.ASCII.GetBytes(
            Base64Url.EncodeToString(
                Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","typ":"{{AccessTokenFormat.Type}}","kid":"{{id}}"}""")) + ".");
    }

    public string Id { get; }

    public string Algorithm { get; }

    /// <summary>The encoded header of every token this key signs, including the dot.</summary>
    public byte[] Header { get; }

    public SecurityKey VerificationKey { get; }

    /// <summary>The public key as published in the JWKS; null for a shared secret, which is never published.</summary>
    public JsonWebKey? Published { get; }

    /// <summary>The row it came from; null for a shared secret.</summary>
    public SigningKey? Stored { get; }

    public byte[] Sign(byte[] data) => _sign(data);

    /// <summary>Generates a key: the public key, and the private key wrapped for the database.</summary>
    public static SigningKey Make(
        string algorithm, KeyWrapping wrapping, DateTimeOffset now, DateTimeOffset activatesAt, TimeSpan use, TimeSpan keep)
    {
        using AsymmetricAlgorithm key = algorithm == SigningAlgorithms.Rs256
            ? RSA.Create(RsaBits)
            : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = key.ExportSubjectPublicKeyInfo();
        var privateKey = key.ExportPkcs8PrivateKey();
        var id = Base64Url.EncodeToString(PublicHalf(key).ComputeJwkThumbprint());
        var wrapped = wrapping.Wrap(privateKey, id);
        CryptographicOperations.ZeroMemory(privateKey);
        return new(id, algorithm, publicKey, wrapped, now, activatesAt, use, keep);
    }

    public static SigningCredential Open(SigningKey stored, KeyWrapping wrapping)
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

    public static SigningCredential FromSharedSecret(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        return new("shared", SigningAlgorithms.Hs256, new SymmetricSecurityKey(bytes), data => HMACSHA256.HashData(bytes, data));
    }

    private static SigningCredential OpenEcdsa(SigningKey stored, byte[] privateKey)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        // RFC 7518 section 3.4 requires r ‖ s, not the DER form of X.509.
        return new(stored, PublicHalf(key),
            data => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    private static SigningCredential OpenRsa(SigningKey stored, byte[] privateKey)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        return new(stored, PublicHalf(key), data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    // The library's converter would include the private key in a JWK.
    private static SecurityKey PublicHalf(AsymmetricAlgorithm key) => key switch
    {
        ECDsa ecdsa => new ECDsaSecurityKey(ECDsa.Create(ecdsa.ExportParameters(includePrivateParameters: false))),
        RSA rsa => new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)),
        _ => throw new NotSupportedException(key.GetType().Name),
    };

    private static JsonWebKey Publish(SecurityKey key, string algorithm)
    {
        var converted = JsonWebKeyConverter.ConvertFromSecurityKey(key);
        return new(converted.Kty, "sig", algorithm, key.KeyId)
        {
            Crv = converted.Crv,
            X = converted.X,
            Y = converted.Y,
            N = converted.N,
            E = converted.E,
        };
    }
}
