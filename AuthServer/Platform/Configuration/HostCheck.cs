using System.Globalization;

namespace AuthServer.Platform.Configuration;

/// <summary>
/// Checks what the framework reads: where to listen and what to log. By itself it ends with a stack trace, or listens on all addresses
/// where it cannot read one.
/// </summary>
internal static class HostCheck
{
    public static IEnumerable<string> Faults(IConfiguration configuration) =>
    [
        .. Listed(configuration[WebHostDefaults.ServerUrlsKey])
            .Where(url => !IsReadable(url))
            .Select(url => $"ASPNETCORE_URLS (--urls) holds '{url}'. Give http, a host and a port, for example http://127.0.0.1:8080."),
        .. Listed(configuration[WebHostDefaults.ServerUrlsKey])
            .Where(url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) && !HasCertificate(configuration))
            .Select(url => $"ASPNETCORE_URLS (--urls) holds '{url}', and there is no certificate. Let a proxy end TLS and listen on "
                + "http, or set Kestrel:Certificates:Default:Path."),
        .. Listed(configuration[WebHostDefaults.HttpPortsKey])
            .Where(port => !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(port => $"ASPNETCORE_HTTP_PORTS holds '{port}'. Give ports between 0 and 65535, for example 8080."),
        .. configuration.GetSection("Logging:LogLevel").GetChildren()
            .Where(level => !Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out _))
            .Select(level => $"{level.Path} is no level. Give one of: {string.Join(", ", Enum.GetNames<LogLevel>())}."),
    ];

    private static string[] Listed(string? value) =>
        (value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // The framework takes a port it cannot read for a part of the host, and * and + for any address.
    private static bool IsReadable(string url) =>
        Uri.TryCreate(url.Replace("//*", "//any", StringComparison.Ordinal).Replace("//+", "//any", StringComparison.Ordinal),
            UriKind.Absolute, out var uri)
        && (uri.Scheme is "http" or "https")
        && uri.Host.Length > 0;

    private static bool HasCertificate(IConfiguration configuration) => configuration.GetSection("Kestrel:Certificates").Exists();
}
