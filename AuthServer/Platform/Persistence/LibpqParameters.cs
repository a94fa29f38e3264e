using System.Collections.Frozen;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>A part of a database's address that cannot be read. The message is for the operator, and contains no value.</summary>
internal sealed class UnreadableParameterException(string message) : Exception(message);

/// <summary>The parameters of libpq (section 32.1.2) in Npgsql's words; Npgsql's own are taken as well.</summary>
internal static class LibpqParameters
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["host"] = "Host",
        ["port"] = "Port",
        ["user"] = "Username",
        ["password"] = "Password",
        ["dbname"] = "Database",
        ["passfile"] = "Passfile",
        ["sslmode"] = "SSL Mode",
        ["ssl"] = "SSL Mode",
        ["sslnegotiation"] = "SSL Negotiation",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["channel_binding"] = "Channel Binding",
        ["require_auth"] = "Require Auth",
        ["gssencmode"] = "GSS Encryption Mode",
        ["krbsrvname"] = "Kerberos Service Name",
        ["application_name"] = "Application Name",
        ["fallback_application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["options"] = "Options",
        ["client_encoding"] = "Client Encoding",
        ["keepalives"] = "TCP Keepalive",
        ["keepalives_idle"] = "TCP Keepalive Time",
        ["keepalives_interval"] = "TCP Keepalive Interval",
        ["load_balance_hosts"] = "Load Balance Hosts",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Fine tuning that nothing is lost without.</summary>
    private static readonly string[] WithoutEffect = ["keepalives_count", "tcp_user_timeout", "sslcompression", "sslsni", "gssdelegation"];

    /// <summary>What would promise more than is kept.</summary>
    private static readonly string[] NotInNpgsql =
        [
            "hostaddr", "sslcrl", "sslcrldir", "sslcertmode", "ssl_min_protocol_version", "ssl_max_protocol_version", "requirepeer",
            "gsslib",
            "service", "servicefile", "replication", "min_protocol_version", "max_protocol_version", "scram_client_key", "scram_server_key",
            "sslkeylogfile", "oauth_issuer", "oauth_client_id", "oauth_client_secret", "oauth_scope",
        ];

    public static void Set(NpgsqlConnectionStringBuilder connection, string name, string value)
    {
        if (WithoutEffect.Contains(name, StringComparer.Ordinal))
        {
            return;
        }

        if (NotInNpgsql.Contains(name, StringComparer.Ordinal))
        {
            throw new UnreadableParameterException($"Its parameter {name} is libpq's alone, and Npgsql cannot do it: leave it out.");
        }

        if (name == "target_session_attrs")
        {
            RefuseReadOnly(value);
            return;
        }

        // libpq's word for the system's own store, which is Npgsql's default.
        if (name == "sslrootcert" && value == "system")
        {
            connection.SslMode = SslMode.VerifyFull;
            return;
        }

        SetKnown(connection, name, value);
    }

    // The server writes, so a standby is of no use to it.
    private static void RefuseReadOnly(string value)
    {
        if (value is not ("any" or "read-write" or "primary"))
        {
            throw new UnreadableParameterException("Its parameter target_session_attrs leads to a database that cannot be written to: "
                + "leave it out, or give read-write.");
        }
    }

    private static void SetKnown(NpgsqlConnectionStringBuilder connection, string name, string value)
    {
        try
        {
            connection[Names.GetValueOrDefault(name, name)] = name switch
            {
                // libpq writes verify-full where Npgsql's enumeration says VerifyFull; Python's drivers say ssl.
                "sslmode" or "ssl" => value.Replace("-", "", StringComparison.Ordinal),
                "require_auth" => string.Join(',', value.Split(',').Select(Method)),
                "keepalives" => value == "0" ? "false" : "true",
                "load_balance_hosts" => value == "random" ? "true" : "false",
                _ => value,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new UnreadableParameterException(
                !IsWord(name) ? "One of its parameters cannot be read."
                : Names.ContainsKey(name) || connection.ContainsKey(name) ? $"The value of its parameter {name} cannot be read."
                : $"Its parameter {name} is known neither to libpq nor to Npgsql.");
        }
    }

    private static string Method(string method) => method.TrimStart('!') switch
    {
        "scram-sha-256" => method.Replace("scram-sha-256", "ScramSHA256", StringComparison.Ordinal),
        "password" => method.Replace("password", "Password", StringComparison.Ordinal),
        "none" => method.Replace("none", "None", StringComparison.Ordinal),
        _ => method.ToUpperInvariant(),
    };

    // Anything else may be a piece of a password that was not percent-encoded.
    private static bool IsWord(string name) =>
        name.Length is > 0 and <= 40 && name.All(letter => char.IsAsciiLetter(letter) || letter == '_');
}
