using System.Text.Json.Serialization;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.ApiKeys;
using AuthServer.Sessions.SigningKeys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Sessions.AccessTokens;

/// <summary>
/// Access tokens. A key is published in the JWKS, signs for a time, and stays published until the last token it signed has expired:
/// <c>announced → signing → retired → gone</c>, by time alone, unless an operator makes the next one sign sooner, or revokes a
/// leaked one. The two documents here let any resource server verify our tokens with stock middleware.
/// </summary>
internal static class TokensEndpoints
{
    private static readonly string[] RootSecrets = ["Secrets:Key", "Secrets:PreviousKey"];

    public static void AddTokens(this WebApplicationBuilder builder)
    {
        builder.AddSettings<TokenSettings>();
        // Anybody who verifies HS256 has its secret: if that were the root secret, they could derive all other keys.
        builder.Services.AddOptions<TokenSettings>().Validate(
            settings => string.IsNullOrEmpty(settings.SharedSecret)
                || !RootSecrets.Any(root => builder.Configuration[root]?.Trim() == settings.SharedSecret.Trim()),
            "JWT_SECRET_KEY is the same as SECRET_KEY or SECRET_KEY_PREVIOUS. Make one of its own with `openssl rand -base64 48`.");
        builder.Services.AddJson(TokensJson.Default);
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<INotificationSubscriber>(services => services.GetRequiredService<KeyRing>());
        builder.Services.AddSingleton<SigningKeyRotationJob>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SigningKeyRotationJob>());
        builder.Services.AddScoped<SigningKeyList>();
        builder.Services.AddScoped<SigningKeyHandover>();
        builder.Services.AddScoped<SigningKeyRevocation>();
        builder.Services.AddSingleton<AccessTokenIssuer>();
        builder.Services.AddBearer();
        builder.Services.AddSingleton<ApiKeyThrottle>();
        builder.Services.AddSingleton<ApiKeyCheck>();
        builder.Services.AddSingleton<LeakedApiKeyReport>();
        builder.Services.AddSingleton(services => new ApiKeyExposure(services.GetRequiredService<LeakedApiKeyReport>().RecordAsync));
        builder.Services.AddHealthChecks().AddCheck<KeyRingHealth>("signing_keys", tags: [Health.ReadyTag]);
    }

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/.well-known").WithTags("Discovery").AllowAnonymous().DisableRateLimiting()
            .WithMetadata(new OpenToEveryOrigin());
        group
            .MapGet("/openid-configuration", Discovery)
            .WithName("getDiscovery")
            .WithSummary("Issuer metadata for resource servers, with the address of the keys");
        group.MapGet("/jwks.json", Keys).WithName("getKeys").WithSummary("Public keys to verify access tokens with");
    }

    private static Ok<DiscoveryDocument> Discovery(HttpContext context, ServerSettings server, TokenSettings settings)
    {
        Cache(context);
        return TypedResults.Ok(new DiscoveryDocument(
            server.PublicUrl!, $"{server.PublicUrl}/.well-known/jwks.json", $"{server.PublicUrl}/api/v1/auth/login/form",
            ["none"], ["public"], [settings.Algorithm], ["password", "refresh_token"], ["none"],
            [.. typeof(ClaimNames).GetFields().Select(field => (string)field.GetValue(null)!)]));
    }

    private static Ok<JsonWebKeySet> Keys(HttpContext context, KeyRing ring)
    {
        if (!ring.IsLoaded)
        {
            throw new Platform.Persistence.NotReadyException("The signing keys have not been loaded.");
        }

        Cache(context);
        return TypedResults.Ok(ring.Published);
    }

    // Minutes are enough to reduce the load, and short compared to the days for which a key is announced.
    private static void Cache(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=300";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
    }
}

/// <summary>Provider metadata (OpenID Connect Discovery 1.0 section 3), as far as resource servers need it.</summary>
/// <param name="Issuer">The <c>iss</c> of every token.</param>
/// <param name="JwksUri">Where the keys are published.</param>
/// <param name="TokenEndpoint">Accepts a user name and a password, or a refresh token, as a form.</param>
/// <param name="ResponseTypesSupported">There is no authorization endpoint.</param>
/// <param name="SubjectTypesSupported">Every resource server sees the same <c>sub</c>.</param>
/// <param name="IdTokenSigningAlgValuesSupported">The algorithm tokens are signed with.</param>
/// <param name="GrantTypesSupported">The supported ways to get tokens.</param>
/// <param name="TokenEndpointAuthMethodsSupported">Apps have no secret of their own.</param>
/// <param name="ClaimsSupported">Claims a token can contain.</param>
public sealed record DiscoveryDocument(
    string Issuer,
    string JwksUri,
    string TokenEndpoint,
    IReadOnlyList<string> ResponseTypesSupported,
    IReadOnlyList<string> SubjectTypesSupported,
    IReadOnlyList<string> IdTokenSigningAlgValuesSupported,
    IReadOnlyList<string> GrantTypesSupported,
    IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
    IReadOnlyList<string> ClaimsSupported);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DiscoveryDocument))]
[JsonSerializable(typeof(JsonWebKeySet))]
internal sealed partial class TokensJson : JsonSerializerContext;
