using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AuthServer.Domain;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Persistence;
using AuthServer.Sessions.SigningKeys;

namespace AuthServer.Sessions.AccessTokens;

/// <summary>Writes access tokens: JWTs with the profile of RFC 9068.</summary>
internal sealed class AccessTokenIssuer(
    KeyRing ring, TokenSettings settings, ServerSettings server, TimeProvider clock, DatabaseClock shared)
{
    private const int TokenIdBytes = 16;

    // The JSON is base64url-encoded and never part of HTML, so at+jwt needs no escaping.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Call it before a session is started or rotated: otherwise its client would never get the tokens.</summary>
    /// <exception cref="Platform.Persistence.NotReadyException">There is no signing key yet.</exception>
    public void EnsureReady()
    {
        _ = ring.Signing;
        if (shared.IsMachineFarOff)
        {
            throw new Platform.Persistence.NotReadyException("This machine's clock is too far from the database's.");
        }
    }

    /// <summary>Issues the access token of a token pair, and its lifetime in seconds, which never exceeds the session's.</summary>
    /// <param name="claims">What it says.</param>
    /// <param name="pair">The refresh token it is issued with: both carry session and generation.</param>
    public (string Token, int ExpiresIn) Issue(TokenClaims claims, RefreshToken pair)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var expires = Math.Min(now + (int)settings.AccessTokenLifetime.TotalSeconds, claims.SessionEndsAt.ToUnixTimeSeconds());
        var token = Sign(json =>
        {
            WriteCommon(json, claims.Subject.UserId, pair.SessionId, now, expires);
            WritePerson(json, claims, pair);
        });
        return (token, (int)Math.Max(0, expires - now));
    }

    /// <summary>
    /// Issues an access token for an API key with some of its scopes, and its lifetime in seconds, which never exceeds the key's.
    /// </summary>
    public (string Token, int ExpiresIn) IssueForKey(Caller key, IReadOnlyList<string> scopes)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var expires = Math.Min(now + settings.ApiKeyTokenSeconds, key.ExpiresAt.ToUnixTimeSeconds());
        var token = Sign(json =>
        {
            WriteCommon(json, key.UserId, key.UserId, now, expires);
            WriteKey(json, key, scopes);
        });
        return (token, (int)(expires - now));
    }

    private string Sign(Action<Utf8JsonWriter> write)
    {
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload, Plain))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        var key = ring.Signing;
        var signed = new byte[key.Header.Length + Base64Url.GetEncodedLength(payload.WrittenCount)];
        key.Header.CopyTo(signed, 0);
        Base64Url.EncodeToUtf8(payload.WrittenSpan, signed.AsSpan(key.Header.Length));
        return $"{Encoding.ASCII.GetString(signed)}.{Base64Url.EncodeToString(key.Sign(signed))}";
    }

    private void WriteCommon(Utf8JsonWriter json, Guid subject, Guid session, long now, long expires)
    {
        Span<byte> tokenId = stackalloc byte[TokenIdBytes];
        RandomNumberGenerator.Fill(tokenId);
        json.WriteString(ClaimNames.Issuer, server.PublicUrl);
        json.WriteString(ClaimNames.Audience, settings.Audience);
        json.WriteString(ClaimNames.Subject, subject);
        json.WriteString(ClaimNames.SessionId, session);
        json.WriteString(ClaimNames.TokenId, Base64Url.EncodeToString(tokenId));
        json.WriteNumber(ClaimNames.IssuedAt, now);
        json.WriteNumber(ClaimNames.NotBefore, now);
        json.WriteNumber(ClaimNames.Expires, expires);
    }

    // Without roles and sign-in time, which a key does not have.
    private static void WriteKey(Utf8JsonWriter json, Caller key, IReadOnlyList<string> scopes)
    {
        json.WriteString(ClaimNames.ClientId, key.UserId);
        json.WriteString(ClaimNames.Scope, string.Join(' ', scopes));
        WriteStrings(json, ClaimNames.AuthMethods, ["api_key"]);
        json.WriteNumber(ClaimNames.RequestsPerMinute, key.Key!.RequestsPerMinute);
        if (key.TenantId is { } tenant)
        {
            json.WriteString(ClaimNames.Tenant, tenant);
        }

        json.WriteNumber(ClaimNames.TokenVersion, key.TokenVersion);
    }

    private void WritePerson(Utf8JsonWriter json, TokenClaims claims, RefreshToken pair)
    {
        var subject = claims.Subject;
        if (settings.ClientId is { Length: > 0 } client)
        {
            json.WriteString(ClaimNames.ClientId, client);
        }

        json.WriteNumber(ClaimNames.Generation, pair.Generation);
        json.WriteNumber(ClaimNames.AuthTime, claims.AuthenticatedAt.ToUnixTimeSeconds());
        WriteStrings(json, ClaimNames.AuthMethods, claims.Methods);
        WriteStrings(json, ClaimNames.Role, subject.Roles);
        if (subject.TenantId is { } tenant)
        {
            json.WriteString(ClaimNames.Tenant, tenant);
            WriteStrings(json, ClaimNames.TenantRole, subject.TenantRoles);
        }

        json.WriteBoolean(ClaimNames.EmailVerified, subject.IsEmailVerified);
        if (subject.PhysicianId is { } physician)
        {
            json.WriteString(ClaimNames.Physician, physician);
        }

        json.WriteNumber(ClaimNames.TokenVersion, subject.TokenVersion);
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
