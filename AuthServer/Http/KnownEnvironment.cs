using System.Globalization;
using System.Text.Json;

namespace AuthServer.Http;

/// <summary>
/// The environment variables people know from other servers, as aliases of our own keys. The ordinary
/// <c>Section__Key</c> form wins where both are given.
/// </summary>
internal static class KnownEnvironment
{
    public static void AddKnownEnvironment(this IConfigurationManager configuration)
    {
        var aliases = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Copy("DATABASE_URL", "Database:Url");
        Copy("SECRET_KEY", "Secrets:Key");
        Copy("SECRET_KEY_PREVIOUS", "Secrets:PreviousKey");
        Copy("JWT_SECRET_KEY", "Tokens:SharedSecret");
        Copy("ACCESS_TOKEN_EXPIRE_MINUTES", "Tokens:AccessTokenLifetime", value => Span(value, TimeSpan.FromMinutes));
        Copy("REFRESH_TOKEN_EXPIRE_DAYS", "Sessions:Patient:IdleTimeout", value => Span(value, TimeSpan.FromDays));
        foreach (var (index, origin) in Origins(Environment.GetEnvironmentVariable("BACKEND_CORS_ORIGINS")).Index())
        {
            aliases[string.Create(CultureInfo.InvariantCulture, $"Server:CorsOrigins:{index}")] = origin;
        }

        // Before the environment's own source, so that Section__Key has the last word.
        var place = configuration.Sources.ToList().FindIndex(source => source is Microsoft.Extensions.Configuration.EnvironmentVariables.EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        var known = new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = aliases };
        configuration.Sources.Insert(place < 0 ? configuration.Sources.Count : place, known);

        void Copy(string variable, string key, Func<string, string>? convert = null)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            {
                aliases[key] = convert is null ? value : convert(value);
            }
        }
    }

    // What is no number is left as it is: the binder then says which key it could not read.
    private static string Span(string value, Func<double, TimeSpan> unit) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e6
            ? unit(number).ToString("c", CultureInfo.InvariantCulture)
            : value;

    private static string[] Origins(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return [];
        }

        return value.TrimStart().StartsWith('[')
            ? JsonSerializer.Deserialize<string[]>(value) ?? []
            : value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
