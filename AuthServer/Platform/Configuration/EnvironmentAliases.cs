using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace AuthServer.Platform.Configuration;

/// <summary>
/// Environment variables known from other servers, as aliases of our own keys. The regular <c>Section__Key</c> form takes
/// precedence if both are set.
/// </summary>
internal static class EnvironmentAliases
{
    private static readonly string[] OriginsVariables = ["BACKEND_CORS_ORIGINS", "ALLOWED_ORIGINS"];
    private const string OriginsKey = "Server:CorsOrigins";

    private static readonly Alias[] Aliases =
    [
        new("DATABASE_URL", "Database:Url"),
        new("SECRET_KEY", "Secrets:Key"),
        new("SECRET_KEY_PREVIOUS", "Secrets:PreviousKey"),
        new("JWT_SECRET_KEY", "Tokens:SharedSecret"),
        new("ALGORITHM", "Tokens:Algorithm"),
        new("ACCESS_TOKEN_EXPIRE_MINUTES", "Tokens:AccessTokenLifetime", static value => Span(value, TimeSpan.FromMinutes)),
        new("PASSWORD_RESET_TOKEN_EXPIRE_HOURS", "MailedTokens:ResetLifetime", static value => Span(value, TimeSpan.FromHours)),
        new("EMAIL_VERIFICATION_TOKEN_EXPIRE_HOURS", "MailedTokens:VerificationLifetime", static value => Span(value, TimeSpan.FromHours)),
        new("SMTP_HOST", "Email:Host"),
        new("SMTP_PORT", "Email:Port"),
        new("SMTP_SECURITY", "Email:Security"),
        new("SMTP_USER", "Email:User"),
        new("SMTP_PASSWORD", "Email:Password"),
        new("EMAILS_FROM_EMAIL", "Email:FromAddress"),
        new("EMAILS_FROM_NAME", "Email:FromName"),
        new("REFRESH_TOKEN_EXPIRE_DAYS", "Sessions:Patient:IdleTimeout", static value => Span(value, TimeSpan.FromDays)),
    ];

    /// <summary>All variables that are taken.</summary>
    public static IEnumerable<string> Variables => [.. Aliases.Select(alias => alias.Variable), .. OriginsVariables];

    /// <summary>The variable that sets a key, or null.</summary>
    public static string? VariableFor(string key) =>
        key == OriginsKey ? OriginsVariables[0] : Aliases.FirstOrDefault(alias => alias.Key == key)?.Variable;

    public static void AddEnvironmentAliases(this IConfigurationManager configuration)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var alias in Aliases)
        {
            if (configuration[alias.Variable] is { Length: > 0 } value)
            {
                values[alias.Key] = alias.Convert?.Invoke(value) ?? value;
            }
        }

        // A list is read from one source only: two would be merged item by item.
        if (!configuration.GetSection(OriginsKey).GetChildren().Any())
        {
            foreach (var (index, origin) in Origins(OriginsIn(configuration)).Index())
            {
                values[string.Create(CultureInfo.InvariantCulture, $"{OriginsKey}:{index}")] = origin;
            }
        }

        // Before the environment's own source, so that Section__Key takes precedence.
        var at =
            configuration.Sources.ToList().FindIndex(source => source is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        configuration.Sources.Insert(
            at < 0 ? configuration.Sources.Count : at, new MemoryConfigurationSource { InitialData = values });
    }

    // A value that is not a number stays as it is: the check then reports the key.
    private static string Span(string value, Func<double, TimeSpan> unit) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e6
            ? unit(number).ToString("c", CultureInfo.InvariantCulture)
            : value;

    private static string? OriginsIn(IConfiguration configuration) =>
        OriginsVariables.Select(variable => configuration[variable]).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));

    private static string?[] Origins(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return [];
        }

        try
        {
            return value.TrimStart().StartsWith('[')
                ? JsonSerializer.Deserialize<string?[]>(value) ?? []
                : value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        catch (JsonException)
        {
            // Left as it is: the check then reports that it is not an origin.
            return [value];
        }
    }

    private sealed record Alias(string Variable, string Key, Func<string, string>? Convert = null);
}
