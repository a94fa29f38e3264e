using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using AuthServer.Http;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace AuthServer.Tokens;

/// <summary>
/// The stock JWT handler behind a check of form and in front of a memory of tokens already verified, so that only the
/// first request with a token costs an elliptic curve. What is remembered is bounded, keyed by the token's hash, and
/// never outlives the token or its key. Whether the session still lives is asked anew on every request.
/// </summary>
internal sealed class RememberingValidator : ISecurityTokenValidator, IDisposable
{
    private const int MaxRemembered = 20_000;

    private readonly KeyRing _ring;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _skew;
    private readonly TokenValidationParameters _rules;
    private readonly Handler _handler = new() { MapInboundClaims = false };
    private readonly MemoryCache _verified = new(Options.Create(new MemoryCacheOptions { SizeLimit = MaxRemembered }));

    public RememberingValidator(KeyRing ring, TokenSettings settings, ServerSettings server, TimeProvider clock)
    {
        (_ring, _clock, _skew) = (ring, clock, settings.ClockSkew);
        _rules = new()
        {
            ValidIssuer = server.PublicUrl,
            ValidAudience = settings.Audience,
            ValidTypes = [AccessTokenFormat.Type, "application/" + AccessTokenFormat.Type],
            RequireSignedTokens = true,
            // Checked here: the handler reads times as 32-bit numbers and leaves out what is after January 2038.
            ValidateLifetime = false,
            NameClaimType = ClaimNames.Subject,
            RoleClaimType = ClaimNames.Role,
        };
    }

    public bool CanValidateToken => true;

    public int MaximumTokenSizeInBytes { get; set; } = 4096;

    // Everything is ours to judge: what cannot be read must fail as a bad token, not as a missing one.
    public bool CanReadToken(string securityToken) => true;

    public ClaimsPrincipal ValidateToken(string securityToken, TokenValidationParameters validationParameters, out SecurityToken validatedToken)
    {
        if (!_ring.IsLoaded)
        {
            throw new Data.NotReadyException("The signing keys have not been loaded.");
        }

        var hash = TokenHash.Of(securityToken);
        if (_verified.TryGetValue(hash, out Verified? known) && known is not null && ReferenceEquals(_ring.Find(known.Key.Id), known.Key))
        {
            CheckLifetime(known.NotBefore, known.Expires);
            validatedToken = known.Token;
            return known.Principal;
        }

        var (key, notBefore, expires) = AccessTokenFormat.Check(securityToken, _ring);
        var rules = _rules.Clone();
        rules.IssuerSigningKey = key.VerificationKey;
        var claims = _handler.ValidateToken(securityToken, rules, out validatedToken);
        CheckLifetime(notBefore, expires);
        var principal = new CallerPrincipal(claims, Caller.Read(claims) ?? throw new SecurityTokenException("A claim is missing or of the wrong type."));
        Remember(hash, new(key, notBefore, expires, principal, validatedToken));
        return principal;
    }

    public void Dispose() => _verified.Dispose();

    private void Remember(TokenHash hash, Verified verified)
    {
        var left = verified.Expires - _clock.GetUtcNow() + _skew;
        if (left > TimeSpan.Zero)
        {
            _verified.Set(hash, verified, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = left });
        }
    }

    private void CheckLifetime(DateTimeOffset notBefore, DateTimeOffset expires)
    {
        var now = _clock.GetUtcNow();
        if (now - expires >= _skew)
        {
            throw new SecurityTokenExpiredException("The token has expired.");
        }

        if (notBefore - now > _skew)
        {
            throw new SecurityTokenNotYetValidException("The token is not valid yet.");
        }
    }

    private sealed record Verified(KeyPair Key, DateTimeOffset NotBefore, DateTimeOffset Expires, ClaimsPrincipal Principal, SecurityToken Token);

    // The stock one looks at the form with a regular expression that gives up after a tenth of a second, and on a busy
    // machine that is no time: good tokens were called bad. AccessTokenFormat has looked at the form already.
    private sealed class Handler : JwtSecurityTokenHandler
    {
        public override bool CanReadToken(string token) => true;
    }

    private readonly record struct TokenHash(UInt128 High, UInt128 Low)
    {
        public static TokenHash Of(string token)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
            return new(BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash[16..]));
        }
    }
}
