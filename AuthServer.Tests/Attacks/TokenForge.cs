using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AuthServer.Sessions.SigningKeys;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Attacks;

/// <summary>Makes the tokens an attacker would, and some that require the server's own key.</summary>
internal sealed class TokenForge(TestServer server)
{
    private static readonly ECDsa Foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly SigningCredential _ours = server.Services.GetRequiredService<KeyRing>().Signing;

    /// <summary>The public key, as anybody can fetch it.</summary>
    public JsonWebKey Public => _ours.Published!;

    /// <summary>Signs header and payload unchanged with the server's own key.</summary>
    public string SignAsServer(string header, string payload) => Assemble(header, payload, _ours.Sign);

    /// <summary>Changes a genuine token and signs it with the server's own key.</summary>
    public string Resign(SignedIn person, Action<JsonObject>? header = null, Action<JsonObject>? payload = null)
    {
        var (headerJson, payloadJson) = (Jwt.Header(person.AccessToken), Jwt.Payload(person.AccessToken));
        header?.Invoke(headerJson);
        payload?.Invoke(payloadJson);
        return SignAsServer(headerJson.ToJsonString(), payloadJson.ToJsonString());
    }

    /// <summary>Changes the header of a genuine token and signs it with the attacker's key.</summary>
    public static string SignAsAttacker(SignedIn person, Action<JsonObject>? header = null)
    {
        var json = Jwt.Header(person.AccessToken);
        header?.Invoke(json);
        return Assemble(json.ToJsonString(), Jwt.Payload(person.AccessToken).ToJsonString(),
            data => Foreign.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    /// <summary>The classic algorithm confusion: a MAC keyed with the public key in one of its encodings.</summary>
    public string SignWithPublicKey(SignedIn person, string spelling)
    {
        using var key =
            ECDsa.Create(
                new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new() { X = Base64Url.DecodeFromChars(Public.X), Y = Base64Url.DecodeFromChars(Public.Y) }
                });
        byte[] secret = spelling switch
        {
            "PEM" => Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()),
            "PEM with a line end" => Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n"),
            "DER" => key.ExportSubjectPublicKeyInfo(),
            "JWK" => Encoding.ASCII.GetBytes(
                $$"""{"kty":"EC","use":"sig","alg":"ES256","kid":"{{Public.Kid}}","crv":"P-256","x":"{{Public.X}}","y":"{{Public.Y}}"}"""),
            "coordinates" => [.. Base64Url.DecodeFromChars(Public.X), .. Base64Url.DecodeFromChars(Public.Y)],
            "nothing" => [],
            _ => throw new ArgumentOutOfRangeException(nameof(spelling)),
        };
        var header = Jwt.Header(person.AccessToken);
        header["alg"] = "HS256";
        return Assemble(header.ToJsonString(), Jwt.Payload(person.AccessToken).ToJsonString(), data => HMACSHA256.HashData(secret, data));
    }

    /// <summary>The attacker's public key as a JWK.</summary>
    public static JsonObject ForeignJwk(string kid)
    {
        var point = Foreign.ExportParameters(false).Q;
        return new()
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["kid"] = kid,
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y)
        };
    }

    private static string Assemble(string header, string payload, Func<byte[], byte[]> sign)
    {
        var signed = $"{Jwt.Encode(header)}.{Jwt.Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }
}
