using System.Numerics;
using System.Security.Cryptography;
using AuthServer.Platform.Cryptography;

namespace AuthServer.AuditTrail;

/// <summary>
/// Signs seals: ECDSA on P-256 with a private key that is derived from the root secret each time and never stored. The public key
/// is enough to verify a head; access to the database is not enough to forge one.
/// </summary>
internal sealed class SealKeys(Secrets secrets) : IDisposable
{
    // FIPS 186-5: the order of P-256's base point.
    private static readonly BigInteger Order =
        BigInteger.Parse(
            "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber,
            System.Globalization.CultureInfo.InvariantCulture);

    private readonly IReadOnlyList<(string Id, ECDsa Key)> _keys = [.. secrets.Derive("audit-seal")
        .Select(derived => (derived.Id, KeyOf(derived.Bytes)))];
    private readonly Lock _lock = new();

    public string CurrentId => _keys[0].Id;

    /// <summary>The public key in PEM; null if the key is not known.</summary>
    public string? PublicKeyOf(string keyId) => _keys.FirstOrDefault(key => key.Id == keyId).Key?.ExportSubjectPublicKeyInfoPem();

    public bool IsKnown(string keyId) => _keys.Any(key => key.Id == keyId);

    /// <summary>Signs with the current key; DER, as OpenSSL expects it.</summary>
    public byte[] Sign(byte[] hash)
    {
        lock (_lock)
        {
            return _keys[0].Key.SignData(hash, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    /// <summary>Whether the current or the previous key signed the hash.</summary>
    public bool IsGenuine(string keyId, byte[] hash, byte[] signature)
    {
        lock (_lock)
        {
            return _keys.FirstOrDefault(key => key.Id == keyId).Key is { } key
                && key.VerifyData(hash, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    public void Dispose()
    {
        foreach (var (_, key) in _keys)
        {
            key.Dispose();
        }
    }

    // FIPS 186-5, appendix A.2.1: a value from 1 to n - 1. The bias from reducing 32 bytes is about 2^-32 and harmless.
    private static ECDsa KeyOf(byte[] bytes)
    {
        var scalar = (new BigInteger(bytes, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var number = new byte[bytes.Length];
        var digits = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(number, number.Length - digits.Length);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = number });
    }
}
