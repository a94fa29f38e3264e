using System.Globalization;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.ApiKeys;

/// <summary>Creates an API key.</summary>
/// <param name="Name">The name of the service that will use it.</param>
/// <param name="Scopes">What the key may do.</param>
/// <param name="ExpiresAt">When it expires: by default after 90 days, at most after 365.</param>
/// <param name="Tenant">Slug of the tenant to limit it to. By default a platform administrator's key is for the whole platform and
/// a tenant administrator's for their own tenant.</param>
/// <param name="RequestsPerMinute">How many requests a minute it may make; 600 by default.</param>
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

/// <summary>Changes to an API key. A field that is left out or null stays as it is; none can be cleared.</summary>
public sealed record ChangeApiKeyRequest : IPatch
{
    private readonly List<string> _nulls = [];
    private bool _nullsClear;

    /// <summary>The name of the service that uses it.</summary>
    public string? Name { get; set => field = Provided("name", value); }

    /// <summary>What the key may do from now on: a subset of its current scopes.</summary>
    public IReadOnlyList<string?>? Scopes { get; set => field = Provided("scopes", value); }

    /// <summary>When it expires: earlier than now set.</summary>
    public DateTimeOffset? ExpiresAt { get; set => field = Provided("expires_at", value); }

    /// <summary>How many requests a minute it may make.</summary>
    public int? RequestsPerMinute { get; set => field = Provided("requests_per_minute", value); }

    void IValidated.Validate(FieldErrors errors)
    {
        if (_nullsClear)
        {
            _nulls.ForEach(name => errors.Add(name, "Cannot be null."));
        }

        errors.Text("name", Name, ApiKeyRules.MaxName, required: Name is not null);
        errors.Scopes("scopes", Scopes, required: false);
        errors.RequestLimit("requests_per_minute", RequestsPerMinute);
    }

    IReadOnlyList<string?>? IPatch.Clear => null;

    void IPatch.TakeNulls() => _nullsClear = true;

    // The serialiser only sets properties that the body contains.
    private T Provided<T>(string name, T value)
    {
        if (value is null)
        {
            _nulls.Add(name);
        }

        return value;
    }
}

/// <summary>Exchanges an API key for an access token.</summary>
/// <param name="Scopes">The scopes of the token: some of the key's; all of them if left out.</param>
public sealed record ApiKeyTokenRequest(IReadOnlyList<string?>? Scopes = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        errors.Rule("scopes", new() { Values = Platform.Authorization.Scopes.All });
        if (Scopes is { Count: 0 } || Scopes?.Count > ApiKeyRules.MostScopes || Scopes?.Any(scope => scope is null) == true)
        {
            errors.Add("scopes", "At least one; omit it for all of the key's scopes.");
        }
    }
}

/// <summary>Validation rules for API keys.</summary>
internal static class ApiKeyRules
{
    public const int MaxName = 100;

    /// <summary>More than there are scopes, so that a client may name them all, but not thousands.</summary>
    public const int MostScopes = 32;

    public const int MostRequestsPerMinute = 60_000;

    public static readonly TimeSpan UsualLife = TimeSpan.FromDays(90);
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(365);

    public static void Scopes(this FieldErrors errors, string field, IReadOnlyList<string?>? scopes, bool required)
    {
        errors.Rule(field, new() { Values = Platform.Authorization.Scopes.All });
        if (scopes is { Count: 0 } || (required && scopes is null))
        {
            errors.Add(field, $"At least one of {string.Join(", ", Platform.Authorization.Scopes.All)}.");
            return;
        }

        // Unknown scopes are repeated in the error, but truncated.
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
        errors.Rule(field, new() { Least = 1, Most = MostRequestsPerMinute });
        if (limit is < 1 or > MostRequestsPerMinute)
        {
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"Between 1 and {MostRequestsPerMinute}."));
        }
    }

    /// <summary>Without duplicates, in the order in which the scopes are defined.</summary>
    public static string[] Ordered(IEnumerable<string?> scopes) =>
        [.. Platform.Authorization.Scopes.All.Where(scope => scopes.Contains(scope, StringComparer.Ordinal))];

    private static string Shown(string scope) =>
        string.Concat(
            scope.Take(40).Select(character => char.IsAsciiLetterOrDigit(character) || character is ':' or '_' or '-' or '.'
                ? character
                : '?'));
}
