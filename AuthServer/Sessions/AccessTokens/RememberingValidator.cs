using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Sessions.SigningKeys;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Sessions.AccessTokens;

/// <summary>
/// The stock JWT handler behind a check of the token's form and a cache of verified tokens, so that only the first request with a
/// token costs a signature verification. The cache is bounded, keyed by the token's hash, and no entry outlives its token or key.
/// Whether the session is still live is checked on every request.
/// </summary>
internal sealed class RememberingValidator : TokenHandler, IDisposable
{
    private const int MaxRemembered = 20_000;
    private const int MostOnStack = 1024;

    private readonly KeyRing _ring;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _skew;
    private readonly TokenValidationParameters _rules;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly MemoryCache _verified = new(Options.Create(new MemoryCacheOptions { SizeLimit = MaxRemembered }));

    public RememberingValidator(KeyRing ring, TokenSettings settings, ServerSettings server, TimeProvider clock)
    {
        (_ring, _clock, _skew) = (ring, clock, settings.ClockSkew);
        _rules = new()
        {
            ValidIssuer = server.PublicUrl,
            ValidAudience = settings.Audience,
            ValidTypes = [AccessTokenFormat.Type, AccessTokenFormat.LongType],
            TryAllIssuerSigningKeys = false,
            // Checked here, for cached tokens as well.
            ValidateLifetime = false,
        };
    }

    /// <summary>Applies our own rules, whatever parameters are given.</summary>
    public override Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (!_ring.IsLoaded)
        {
            return Task.FromResult(Refused(new Platform.Persistence.NotReadyException("The signing keys have not been loaded.")));
        }

        Span<char> hash = stackalloc char[SHA256.HashSizeInBytes / sizeof(char)];
        HashOf(token, MemoryMarshal.AsBytes(hash));
        if (!_verified.TryGetValue(hash, out VerifiedToken? known) || !ReferenceEquals(_ring.Find(known!.Key.Id), known.Key))
        {
            return VerifyAsync(token, hash.ToString());
        }

        return LifetimeFault(known.NotBefore, known.Expires) is { } fault ? Task.FromResult(Refused(fault)) : known.Result;
    }

    public void Dispose() => _verified.Dispose();

    private async Task<TokenValidationResult> VerifyAsync(string token, string hash)
    {
        try
        {
            var (key, notBefore, expires) = AccessTokenFormat.Check(token, _ring);
            var result = await _handler.ValidateTokenAsync(token, RulesOf(key));
            if (!result.IsValid)
            {
                return result;
            }

            if (LifetimeFault(notBefore, expires) is { } fault)
            {
                return Refused(fault);
            }

            var caller = Caller.Read(result.ClaimsIdentity, expires)
                ?? throw new SecurityTokenException("A claim is missing or of the wrong type.");
            var verified = new VerifiedToken(key, notBefore, expires, new CallerIdentity(caller, JwtBearerDefaults.AuthenticationScheme));
            Remember(hash, verified);
            return await verified.Result;
        }
        catch (SecurityTokenException exception)
        {
            return Refused(exception);
        }
    }

    private TokenValidationParameters RulesOf(SigningCredential key)
    {
        var rules = _rules.Clone();
        (rules.IssuerSigningKey, rules.ValidAlgorithms) = (key.VerificationKey, [key.Algorithm]);
        return rules;
    }

    private void Remember(string hash, VerifiedToken verified)
    {
        var left = verified.Expires - _clock.GetUtcNow() + _skew;
        if (left > TimeSpan.Zero)
        {
            _verified.Set(hash, verified, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = left });
        }
    }

    private SecurityTokenException? LifetimeFault(DateTimeOffset notBefore, DateTimeOffset expires)
    {
        var now = _clock.GetUtcNow();
        return now - expires >= _skew ? new SecurityTokenExpiredException("The token has expired.")
            : notBefore - now > _skew ? new SecurityTokenNotYetValidException("The token is not valid yet.")
            : null;
    }

    // Non-ASCII characters are hashed as question marks; our tokens contain none.
    private static void HashOf(string token, Span<byte> hash)
    {
        var bytes = token.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[token.Length];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(token, bytes)], hash);
    }

    private static TokenValidationResult Refused(Exception reason) => new() { Exception = reason };

    /// <summary>The cached data of a token: the caller and the expiry. Not the token itself, which is many times larger.</summary>
    private sealed class VerifiedToken : SecurityToken
    {
        public VerifiedToken(SigningCredential key, DateTimeOffset notBefore, DateTimeOffset expires, CallerIdentity caller)
        {
            (Key, NotBefore, Expires) = (key, notBefore, expires);
            Result = Task.FromResult(new TokenValidationResult { IsValid = true, SecurityToken = this, ClaimsIdentity = caller });
        }

        public SigningCredential Key { get; }

        public DateTimeOffset NotBefore { get; }

        public DateTimeOffset Expires { get; }

        /// <summary>Read-only, because all requests with the token share it.</summary>
        public Task<TokenValidationResult> Result { get; }

        public override string? Id => null;

        public override string? Issuer => null;

        public override SecurityKey SecurityKey => Key.VerificationKey;

        public override SecurityKey? SigningKey { get; set; }

        // Left empty: otherwise the framework would write both as text into each request's ticket, where nobody reads them.
        public override DateTime ValidFrom => default;

        public override DateTime ValidTo => default;
    }
}
