using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Parses PostgreSQL's connection URIs (libpq, section 32.1.1.2), the form most hosting providers use, and Npgsql's own connection
/// strings.
/// </summary>
internal static partial class DatabaseUrl
{
    private const string DefaultPort = "5432";

    /// <summary>Null if the text has neither form.</summary>
    public static NpgsqlConnectionStringBuilder? Parse(string text) => Read(text).Connection;

    /// <summary>What cannot be read, as a sentence without any secret; null if all can.</summary>
    public static string? Fault(string text) => Read(text).Fault;

    /// <summary>Of several hosts, the one that can be written to.</summary>
    public static NpgsqlDataSource BuildWritable(this NpgsqlDataSourceBuilder builder) =>
        builder.ConnectionStringBuilder.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.ReadWrite)
            : builder.Build();

    /// <summary>Whether nobody can pose as the database: it is on this machine, or its certificate is verified.</summary>
    public static bool IsVerified(NpgsqlConnectionStringBuilder connection) =>
        connection.SslMode is SslMode.VerifyCA or SslMode.VerifyFull || connection.Host!.Split(',').All(IsThisMachine);

    private static bool IsThisMachine(string host) =>
        host.StartsWith('/')
            || host.StartsWith('@')
            || (HostAndPort().Match(host) is { Success: true } parts
                && (parts.Groups["host"].Value is "localhost"
                    || (IPAddress.TryParse(parts.Groups["host"].Value, out var address) && IPAddress.IsLoopback(address))));

    private static (NpgsqlConnectionStringBuilder? Connection, string? Fault) Read(string text)
    {
        try
        {
            var connection =
                Scheme().Match(text) is { Success: true } scheme
                    ? FromUri(text[scheme.Length..])
                    : new NpgsqlConnectionStringBuilder(text);
            // BuildWritable decides between hosts; Npgsql would refuse to be told twice.
            connection.Remove("Target Session Attributes");
            return string.IsNullOrEmpty(connection.Host)
                ? (null, "It names no host; for a socket's folder, add ?host=/var/run/postgresql.")
                : (connection, null);
        }
        catch (UnreadableParameterException exception)
        {
            return (null, exception.Message);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return (null, "It has neither form.");
        }
    }

    private static NpgsqlConnectionStringBuilder FromUri(string rest)
    {
        var parts = Parts().Match(rest);
        var connection = new NpgsqlConnectionStringBuilder();
        SetHosts(connection, parts.Groups["hosts"].Value);
        Set("Username", parts.Groups["user"].Value);
        Set("Password", parts.Groups["password"].Value);
        Set("Database", parts.Groups["database"].Value);
        foreach (var pair in parts.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (pair.Split('=', 2)[0], pair.Split('=', 2).ElementAtOrDefault(1) ?? "");
            LibpqParameters.Set(connection, Uri.UnescapeDataString(name), Uri.UnescapeDataString(value));
        }

        return string.IsNullOrEmpty(connection.Database) ? throw new UnreadableParameterException("It names no database.") : connection;

        void Set(string key, string value)
        {
            if (value.Length > 0)
            {
                connection[key] = Uri.UnescapeDataString(value);
            }
        }
    }

    private static void SetHosts(NpgsqlConnectionStringBuilder connection, string text)
    {
        var hosts = text.Split(',').Select(host => HostAndPort().Match(host)).ToList();
        if (!hosts.TrueForAll(host => host.Success && (!host.Groups["port"].Success || IsPort(host.Groups["port"].Value))))
        {
            throw new UnreadableParameterException("Its host or port cannot be read.");
        }

        if (hosts is [var only])
        {
            connection.Host = Name(only);
            connection.Port = int.Parse(Port(only), CultureInfo.InvariantCulture);
        }
        else
        {
            connection.Host = string.Join(',', hosts.Select(host => $"{Name(host)}:{Port(host)}"));
        }

        static string Name(Match host) => Uri.UnescapeDataString(host.Groups["name"].Value);
        static string Port(Match host) => host.Groups["port"] is { Length: > 0 } port ? port.Value : DefaultPort;
    }

    private static bool IsPort(string text) =>
        text.Length == 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535;

    // The drivers of Python's libraries follow the scheme, as in postgresql+asyncpg://. There is one driver here.
    [GeneratedRegex(@"^postgres(ql)?(\+[a-z0-9_]+)?://", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scheme();

    [GeneratedRegex(
        @"^((?<user>[^:/?]*)(:(?<password>[^/?]*))?@)?(?<hosts>[^/?]*)(/(?<database>[^?]*))?(\?(?<query>.*))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Parts();

    [GeneratedRegex(
        @"^(?<name>\[(?<host>[0-9a-fA-F:.%]+)\]|(?<host>[^:\[\]\s@]*))(:(?<port>[^:]*))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostAndPort();
}
