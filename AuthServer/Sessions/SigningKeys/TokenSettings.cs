using System.Text;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Cryptography;

namespace AuthServer.Sessions.SigningKeys;

/// <summary>Access tokens and the keys that sign them.</summary>
public sealed class TokenSettings : ISettings
{
    private const int MinSecretBytes = 32;
    private static readonly TimeSpan MinLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(1);

    static string ISettings.Section => "Tokens";

    /// <summary><c>ES256</c>, <c>RS256</c>, or <c>HS256</c> for systems that share a secret.</summary>
    public string Algorithm { get; set; } = SigningAlgorithms.Es256;

    /// <summary>The secret of HS256, at least 32 bytes; never the root secret.</summary>
    public string? SharedSecret { get; set; }

    /// <summary>The <c>aud</c> of access tokens: the name resource servers expect.</summary>
    public string Audience { get; set; } = "authserver";

    /// <summary>
    /// The <c>client_id</c> of people's access tokens (RFC 9068 section 2.2): all our apps are one client, until clients are registered.
    /// Empty for no such claim, which replicas from before it existed would refuse.
    /// </summary>
    public string ClientId { get; set; } = "authserver";

    /// <summary>How long an access token is valid; never longer than its session.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an access token issued for an API key is valid; never longer than other access tokens.</summary>
    public TimeSpan ApiKeyTokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The tolerated difference between clocks.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a key is published before it signs.</summary>
    public TimeSpan KeyAnnouncement { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long a key signs.</summary>
    public TimeSpan KeyUse { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a key stays published after it stops signing.</summary>
    public TimeSpan KeyRetention { get; set; } = TimeSpan.FromDays(14);

    // A revocation is only remembered for the lifetime of other access tokens.
    internal int ApiKeyTokenSeconds => (int)Math.Min(ApiKeyTokenLifetime.TotalSeconds, AccessTokenLifetime.TotalSeconds);

    IEnumerable<string> ISettings.Validate()
    {
        if (Algorithm is not (SigningAlgorithms.Es256 or SigningAlgorithms.Rs256 or SigningAlgorithms.Hs256))
        {
            yield return $"Tokens:Algorithm is '{Algorithm}'. Give ES256, RS256 or HS256.";
        }

        if (Algorithm == SigningAlgorithms.Hs256 && Encoding.UTF8.GetByteCount(SharedSecret ?? "") < MinSecretBytes)
        {
            yield return "JWT_SECRET_KEY is needed for Tokens:Algorithm HS256, with at least 32 bytes. Make one with `openssl rand "
                + "-base64 48`; it must not be SECRET_KEY.";
        }
        else if (Algorithm == SigningAlgorithms.Hs256 && GuessableSecret.Is(SharedSecret!))
        {
            yield return GuessableSecret.Fault("JWT_SECRET_KEY");
        }

        if (string.IsNullOrWhiteSpace(Audience))
        {
            yield return "Tokens:Audience is empty. Give the name that resource servers expect in `aud`.";
        }

        if (AccessTokenLifetime < MinLifetime || AccessTokenLifetime > MaxLifetime)
        {
            yield return "Tokens:AccessTokenLifetime (ACCESS_TOKEN_EXPIRE_MINUTES) must be between one minute and one hour: refresh "
                + "tokens are for longer.";
        }

        if (ApiKeyTokenLifetime < MinLifetime || ApiKeyTokenLifetime > MaxLifetime)
        {
            yield return "Tokens:ApiKeyTokenLifetime must be between one minute and one hour.";
        }

        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(30))
        {
            yield return "Tokens:ClockSkew must be between 0 and 30 seconds.";
        }

        if (KeyAnnouncement <= TimeSpan.Zero || KeyUse <= KeyAnnouncement || KeyRetention < AccessTokenLifetime + ClockSkew)
        {
            yield return "Tokens:KeyUse must be longer than Tokens:KeyAnnouncement, and Tokens:KeyRetention longer than an access token "
                + "lives.";
        }
    }
}

/// <summary>JWS algorithm names (RFC 7518 section 3.1).</summary>
internal static class SigningAlgorithms
{
    public const string Es256 = "ES256";
    public const string Rs256 = "RS256";
    public const string Hs256 = "HS256";
}
