using System.Buffers.Text;
using System.Text.Json;
using AuthServer.Platform.Authorization;
using AuthServer.Sessions.SigningKeys;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Sessions.AccessTokens;

/// <summary>
/// Strict checks of a token's form before its signature is verified. The stock handler is too lenient: it accepts padded base64,
/// duplicate members, unknown critical extensions, and times as text.
/// </summary>
internal static class AccessTokenFormat
{
    /// <summary>RFC 9068 section 2.1.</summary>
    public const string Type = "at+jwt";

    public const string LongType = "application/" + Type;
    private const int MaxLength = 4096;
    private const long MaxTime = 253402300799;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>The key the token names and its times, if every part has the exact form of our tokens.</summary>
    /// <exception cref="SecurityTokenException">The form is wrong.</exception>
    public static (SigningCredential Key, DateTimeOffset NotBefore, DateTimeOffset Expires) Check(string token, KeyRing ring)
    {
        try
        {
            return Read(token, ring);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The parser accepts invalid Unicode and only throws when the text is read.
            throw new SecurityTokenException("Not strict JSON.", exception);
        }
    }

    private static (SigningCredential Key, DateTimeOffset NotBefore, DateTimeOffset Expires) Read(string token, KeyRing ring)
    {
        if (token.Length > MaxLength || token.Split('.') is not [var header, var payload, var signature] || !IsCanonical(signature))
        {
            throw new SecurityTokenException("Not three canonical base64url parts.");
        }

        using var headerJson = Parse(header);
        using var payloadJson = Parse(payload);
        if (!HasOurClaims(payloadJson.RootElement))
        {
            throw new SecurityTokenException("A claim is missing or of the wrong type.");
        }

        var key = KeyOf(headerJson.RootElement, ring) ?? throw new SecurityTokenException("No such key, or not with this algorithm.");
        return (key, Time(payloadJson.RootElement, ClaimNames.NotBefore), Time(payloadJson.RootElement, ClaimNames.Expires));
    }

    // Exactly alg, typ and kid: anything else in a header (jwk, jku, x5c, crit, b64, zip) would mean trusting the sender.
    private static SigningCredential? KeyOf(JsonElement header, KeyRing ring) =>
        header.EnumerateObject().Count() == 3
        && Text(header, "typ") is Type or LongType
        && Text(header, "kid") is { } kid && ring.Find(kid) is { } key
        && Text(header, "alg") == key.Algorithm
            ? key
            : null;

    private static bool HasOurClaims(JsonElement payload) =>
        IsTime(payload, ClaimNames.IssuedAt) && IsTime(payload, ClaimNames.NotBefore) && IsTime(payload, ClaimNames.Expires)
        && (payload.TryGetProperty(ClaimNames.Scope, out _) ? IsId(payload, ClaimNames.ClientId) : HasClaimsOfPerson(payload))
        && IsId(payload, ClaimNames.Subject) && IsId(payload, ClaimNames.SessionId)
        && Text(payload, ClaimNames.Issuer) is not null && Text(payload, ClaimNames.Audience) is not null
        && payload.TryGetProperty(ClaimNames.TokenVersion, out var version)
            && version.ValueKind == JsonValueKind.Number
            && version.TryGetInt32(out _);

    // Without a client_id if Tokens:ClientId is empty, or the previous version issued it.
    private static bool HasClaimsOfPerson(JsonElement payload) =>
        IsTime(payload, ClaimNames.AuthTime)
        && (!payload.TryGetProperty(ClaimNames.ClientId, out _) || Text(payload, ClaimNames.ClientId) is { Length: > 0 });

    private static bool IsTime(JsonElement payload, string claim) =>
        payload.TryGetProperty(claim, out var value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out var seconds)
            && seconds is >= 0 and <= MaxTime;

    private static DateTimeOffset Time(JsonElement payload, string claim) =>
        DateTimeOffset.FromUnixTimeSeconds(payload.GetProperty(claim).GetInt64());

    private static bool IsId(JsonElement payload, string claim) => Guid.TryParseExact(Text(payload, claim), "D", out _);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonDocument Parse(string part)
    {
        if (!IsCanonical(part))
        {
            throw new SecurityTokenException("Not canonical base64url.");
        }

        var json = JsonDocument.Parse(Base64Url.DecodeFromChars(part), Strict);
        return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new SecurityTokenException("Not a JSON object.");
    }

    // Re-encoding must give the same text: no padding, no white space, no unused bits set in the last character.
    private static bool IsCanonical(string part) =>
        part.Length > 0 && Base64Url.IsValid(part) && Base64Url.EncodeToString(Base64Url.DecodeFromChars(part)) == part;
}
