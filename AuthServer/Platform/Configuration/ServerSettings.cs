using System.Net;
using System.Net.Sockets;

namespace AuthServer.Platform.Configuration;

/// <summary>Addresses, proxies and limits of the server.</summary>
public sealed class ServerSettings : ISettings
{
    // RFC 1918, RFC 4193, RFC 6598, link-local addresses, and loopback.
    private static readonly IPNetwork[] PrivateNetworks =
        [.. ((string[])["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "::1/128",
            "fc00::/7", "fe80::/10"])
            .Select(IPNetwork.Parse)];

    // Names that never are in public DNS (RFC 6761, 6762, 8375), and ICANN's for private use.
    private static readonly string[] PrivateDomains = [".test", ".localhost", ".local", ".home.arpa", ".internal"];

    static string ISettings.Section => "Server";

    /// <summary>
    /// The address at which apps reach the server, such as <c>https://auth.example.com</c>: the issuer of tokens and the base of
    /// every link.
    /// </summary>
    public string? PublicUrl
    {
        get;
        set => field = Canonical(value);
    }

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

        foreach (var proxy in TrustedProxies.Where(IsFarTooWide))
        {
            yield return $"Server:TrustedProxies contains '{proxy}', which is much of the internet: anybody there could claim to be "
                + "anybody. Name the networks of your proxies alone, for example 10.0.0.0/8.";
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

    /// <summary>Whether the address can be reached from anywhere, as far as its name tells.</summary>
    internal bool IsPublic =>
        Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url)
            && !url.IsLoopback
            && (IPAddress.TryParse(url.IdnHost, out var address)
                ? !PrivateNetworks.Any(network => network.Contains(address))
                : url.IdnHost.Contains('.', StringComparison.Ordinal)
                    && !PrivateDomains.Any(domain => url.IdnHost.EndsWith(domain, StringComparison.Ordinal)));

    // As browsers write origins: in lower case, in ASCII, without the default port. Verifiers compare issuers byte by byte. Anything
    // else is left as it is, for the check.
    private static string? Canonical(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "https" or "http"
            && !text!.EndsWith('/')
            && url is { PathAndQuery: "/", Fragment: "", UserInfo: "" }
            ? $"{url.Scheme}://{HostOf(url)}{(url.IsDefaultPort ? "" : $":{url.Port}")}"
            : text;

    private static string HostOf(Uri url) => url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;

    private static bool IsFarTooWide(string text)
    {
        if (!IPNetwork.TryParse(text, out var network))
        {
            return false;
        }

        // All of IPv4 is also ::ffff:0:0/96.
        var (address, length) = network.BaseAddress.IsIPv4MappedToIPv6
            ? (network.BaseAddress.MapToIPv4(), network.PrefixLength - 96)
            : (network.BaseAddress, network.PrefixLength);
        return length < (address.AddressFamily == AddressFamily.InterNetwork ? 8 : 16)
            && !PrivateNetworks.Any(known => known.PrefixLength <= length && known.Contains(address));
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "https" or "http"
            && uri.UserInfo.Length == 0
            && uri.GetLeftPart(UriPartial.Authority) == text;
}
