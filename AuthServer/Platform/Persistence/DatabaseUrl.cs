using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>Parses <c>postgresql://…</c>, the form most hosting providers use, and Npgsql's own connection strings.</summary>
internal static class DatabaseUrl
{
    /// <summary>Null if the text has neither form.</summary>
    public static NpgsqlConnectionStringBuilder? Parse(string text)
    {
        try
        {
            var connection =
                text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal)
                // If a socket directory in the query is the host, libpq needs none before the path, but Uri does.
                ? FromUri(new Uri(text.Replace("@/", "@localhost/", StringComparison.Ordinal)))
                : new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrEmpty(connection?.Host) ? null : connection;
        }
        catch (Exception exception) when (exception is UriFormatException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    private static NpgsqlConnectionStringBuilder? FromUri(Uri uri)
    {
        var person = uri.UserInfo.Split(':', 2);
        var database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (database.Length == 0)
        {
            return null;
        }

        var builder =
            new NpgsqlConnectionStringBuilder
            {
                Host = uri.Host,
                Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port,
                Database = database
            };
        builder.Username = person[0].Length > 0 ? Uri.UnescapeDataString(person[0]) : null;
        builder.Password = person.Length > 1 ? Uri.UnescapeDataString(person[1]) : null;
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (pair.Split('=', 2)[0], Uri.UnescapeDataString(pair.Split('=', 2).ElementAtOrDefault(1) ?? ""));
            // libpq writes verify-full where Npgsql's enumeration says VerifyFull.
            builder[LibpqNames.GetValueOrDefault(name, name)] = name == "sslmode"
                ? value.Replace("-", "", StringComparison.Ordinal)
                : value;
        }

        return builder;
    }

    private static readonly Dictionary<string, string> LibpqNames = new(StringComparer.Ordinal)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["host"] = "Host",
    };
}
