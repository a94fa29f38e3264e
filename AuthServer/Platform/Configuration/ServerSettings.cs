using System.Net;

namespace AuthServer.Platform.Configuration;

/// <summary>Addresses, proxies and limits of the server.</summary>
public sealed class ServerSettings : ISettings
{
    static string ISettings.Section => "Server";

    /// <summary>
    /// The address at which apps reach the server, such as <c>https://auth.example.com</c>: the issuer of tokens and the base of
    /// every link.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>Origins whose browser apps may call the API; none by default.</summary>
    public IList<string> CorsOrigins { get; } = [];

    /// <summary>Addresses or networks (CIDR) of the proxies that may name the client in <c>X-Forwarded-For</c>; none by default.</summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>The number of proxies in a row.</summary>
    public int ForwardLimit { get; set; } = 1;

    /// <summary>In bytes.</summary>
    public long MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>Client connections that may be open at once.</summary>
    public long MaxConnections { get; set; } = 10_000;

    IEnumerable<string> ISettings.Validate()
    {
        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
        {
            yield return "Server:PublicUrl is not set to the address apps reach the server at. Set Server__PublicUrl, for example to "
                + "https://auth.example.com.";
        }
        else if (url.Scheme == "http" && !url.IsLoopback)
        {
            yield return "Server:PublicUrl is plain http. Tokens must not travel in the clear: "
                + "put TLS in front and give its https address.";
        }
        else if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0 || PublicUrl!.EndsWith('/'))
        {
            yield return "Server:PublicUrl is more than an origin: it has a path or a trailing slash, for example. Give scheme and host "
                + "alone, for example https://auth.example.com.";
        }

        foreach (var origin in CorsOrigins.Where(origin => !IsOrigin(origin)))
        {
            yield return $"Server:CorsOrigins (BACKEND_CORS_ORIGINS) contains '{origin}', which is not an origin. "
                + "Give scheme, host and port, for example https://app.example.com; '*' is not accepted.";
        }

        foreach (var proxy in TrustedProxies.Where(proxy => !IPNetwork.TryParse(proxy, out _) && !IPAddress.TryParse(proxy, out _)))
        {
            yield return $"Server:TrustedProxies contains '{proxy}', which is not an address. "
                + "Give addresses or networks, for example 10.0.0.0/8.";
        }

        if (ForwardLimit < 1 || MaxBodyBytes < 1024 || MaxConnections < 1)
        {
            yield return "Server:ForwardLimit and Server:MaxConnections must be at least 1 and Server:MaxBodyBytes at least 1024.";
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "https" or "http"
            && uri.UserInfo.Length == 0
            && uri.GetLeftPart(UriPartial.Authority) == text;
}
