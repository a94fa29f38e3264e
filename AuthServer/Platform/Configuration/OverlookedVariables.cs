namespace AuthServer.Platform.Configuration;

/// <summary>
/// Environment variables that look as if they were meant for this server and have no effect. They are told, not refused: the
/// environment may be shared with others.
/// </summary>
internal static class OverlookedVariables
{
    private const int ShortestNearMiss = 8;
    private const int MostTypos = 2;

    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.OrdinalIgnoreCase)
    {
        ["JWT_REFRESH_SECRET_KEY"] = "keys for refresh tokens are derived from SECRET_KEY",
        ["REFRESH_SECRET_KEY"] = "keys for refresh tokens are derived from SECRET_KEY",
        ["DB_POOL_SIZE"] = "set Database__MaxConnections",
        ["DB_MAX_OVERFLOW"] = "set Database__MaxConnections",
        ["API_V1_PREFIX"] = "the routes are always at /api/v1",
        ["API_V1_STR"] = "the routes are always at /api/v1",
        ["SMTP_TLS"] = "set SMTP_SECURITY to starttls or tls",
        ["SMTP_SSL"] = "set SMTP_SECURITY to starttls or tls",
    };

    public static IEnumerable<string> In(IConfiguration configuration)
    {
        var known = EnvironmentAliases.Variables.ToList();
        foreach (var name in configuration.GetChildren().Where(child => child.Value is { Length: > 0 }).Select(child => child.Key))
        {
            if (Elsewhere.TryGetValue(name, out var instead))
            {
                yield return $"{name} has no effect: {instead}.";
            }
            else if (known.Find(alias => IsNearMiss(name, alias)) is { } meant && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{name} has no effect: {meant} may be meant.";
            }
        }

        if (configuration["JWT_SECRET_KEY"] is { Length: > 0 } && configuration["Tokens:Algorithm"] != "HS256")
        {
            yield return "JWT_SECRET_KEY has no effect unless ALGORITHM is HS256: access tokens are signed with keys that the server "
                + "makes, and publishes at /.well-known/jwks.json.";
        }
    }

    private static bool IsNearMiss(string name, string alias) =>
        name.Length >= ShortestNearMiss && Math.Abs(name.Length - alias.Length) <= MostTypos && Spelling.Typos(name, alias) <= MostTypos;
}
