using System.Globalization;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.ApiKeys;

/// <summary>Makes an API key.</summary>
/// <param name="Name">What the service is called.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="ExpiresAt">When it stops working: 90 days from now if left out, at most 365.</param>
/// <param name="Tenant">Slug of the tenant whose people it is to reach. An administrator of the platform who leaves it out makes a key for
/// all of the platform, one of a tenant for their own.</param>
/// <param name="RequestsPerMinute">How many requests a minute it may make: 600 if left out.</param>
public sealed record CreateApiKeyRequest(
    string? Name = null,
    IReadOnlyList<string?>? Scopes = null,
    DateTimeOffset? ExpiresAt = null,
    string? Tenant = null,
    int? RequestsPerMinute = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Text("name", Name, ApiKeyRules.MaxName, required: true);
        errors.Scopes("scopes", Scopes, required: true);
        errors.Text("tenant", Tenant, maxLength: 63);
        errors.RequestLimit("requests_per_minute", RequestsPerMinute);
    }
}

/// <summary>Changes to an API key. A field that is left out stays as it is; none can be cleared.</summary>
public sealed record ChangeApiKeyRequest : IValidated
{
    private readonly List<string> _cleared = [];

    /// <summary>What the service is called.</summary>
    public string? Name { get; set => field = Provided("name", value); }

    /// <summary>What it may do from now on: some of what it may do now.</summary>
    public IReadOnlyList<string?>? Scopes { get; set => field = Provided("scopes", value); }

    /// <summary>When it stops working: earlier than it would now.</summary>
    public DateTimeOffset? ExpiresAt { get; set => field = Provided("expires_at", value); }

    /// <summary>How many requests a minute it may make.</summary>
    public int? RequestsPerMinute { get; set => field = Provided("requests_per_minute", value); }

    void IValidated.Validate(FieldErrors errors)
    {
        _cleared.ForEach(name => errors.Add(name, "Cannot be null."));
        errors.Text("name", Name, ApiKeyRules.MaxName, required: Name is not null);
        errors.Scopes("scopes", Scopes, required: false);
        errors.RequestLimit("requests_per_minute", RequestsPerMinute);
    }

    // The serialiser sets what the body names, and nothing else.
    private T Provided<T>(string name, T value)
    {
        if (value is null)
        {
            _cleared.Add(name);
        }

        return value;
    }
}

/// <summary>Exchanges an API key for an access token.</summary>
/// <param name="Scopes">What the token is to be good for: some of the key's scopes; all of them if left out.</param>
public sealed record ApiKeyTokenRequest(IReadOnlyList<string?>? Scopes = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        if (Scopes is { Count: 0 } || Scopes?.Count > ApiKeyRules.MostScopes || Scopes?.Any(scope => scope is null) == true)
        {
            errors.Add("scopes", "At least one; to have all of the key's, leave it out.");
        }
    }
}

/// <summary>What an API key can be.</summary>
internal static class ApiKeyRules
{
    public const int MaxName = 100;

    /// <summary>A client may name each scope there is, and not a thousand.</summary>
    public const int MostScopes = 32;

    public const int MostRequestsPerMinute = 60_000;

    public static readonly TimeSpan UsualLife = TimeSpan.FromDays(90);
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(365);

    public static void Scopes(this FieldErrors errors, string field, IReadOnlyList<string?>? scopes, bool required)
    {
        if (scopes is { Count: 0 } || (required && scopes is null))
        {
            errors.Add(field, $"At least one of {string.Join(", ", Platform.Authorization.Scopes.All)}.");
            return;
        }

        // What was sent is shown to whoever mistyped it, but not a kilobyte of it.
        var unknown = (scopes ?? [])
            .Where(scope => !Platform.Authorization.Scopes.All.Contains(scope, StringComparer.Ordinal))
            .Take(5)
            .Select(scope => scope is null ? "null" : Shown(scope))
            .ToList();
        if (unknown.Count > 0 || scopes?.Count > MostScopes)
        {
            errors.Add(
                field, $"Not known: {string.Join(", ", unknown)}. There are {string.Join(", ", Platform.Authorization.Scopes.All)}.");
        }
    }

    public static void RequestLimit(this FieldErrors errors, string field, int? limit)
    {
        if (limit is < 1 or > MostRequestsPerMinute)
        {
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"Between 1 and {MostRequestsPerMinute}."));
        }
    }

    /// <summary>In the order of the list, each once.</summary>
    public static string[] Ordered(IEnumerable<string?> scopes) =>
        [.. Platform.Authorization.Scopes.All.Where(scope => scopes.Contains(scope, StringComparer.Ordinal))];

    private static string Shown(string scope) =>
        string.Concat(
            scope.Take(40).Select(character => char.IsAsciiLetterOrDigit(character) || character is ':' or '_' or '-' or '.'
                ? character
                : '?'));
}
