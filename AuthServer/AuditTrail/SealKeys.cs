using System.Numerics;
using System.Security.Cryptography;
using AuthServer.Platform.Cryptography;

namespace AuthServer.AuditTrail;

/// <summary>
/// What seals are signed with: ECDSA on P-256, the private key made from the root secret each time and never stored. Whoever
/// has the public key can check a head; whoever has the database alone cannot make one.
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

    /// <summary>The public half of a key, in PEM; null where the key is not known.</summary>
    public string? PublicKeyOf(string keyId) => _keys.FirstOrDefault(key => key.Id == keyId).Key?.ExportSubjectPublicKeyInfoPem();

    public bool IsKnown(string keyId) => _keys.Any(key => key.Id == keyId);

    /// <summary>With the current key; in DER, as OpenSSL takes it.</summary>
    public byte[] Sign(byte[] hash)
    {
        lock (_lock)
        {
            return _keys[0].Key.SignData(hash, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    /// <summary>Whether the key, current or former, has signed the hash.</summary>
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

    // FIPS 186-5, appendix A.2.1: from 1 to n - 1. That 32 bytes reach a little further does no harm: they miss n by 2^-32 of their range.
    private static ECDsa KeyOf(byte[] bytes)
    {
        var scalar = (new BigInteger(bytes, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var number = new byte[bytes.Length];
        var digits = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(number, number.Length - digits.Length);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = number });
    }
}
