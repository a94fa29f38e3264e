using System.Net;
using System.Net.Sockets;
using AuthServer.Domain;

namespace AuthServer.Platform.Web;

/// <summary>Where a request came from, as far as that is known.</summary>
/// <param name="Address">The client's address; behind a configured proxy, the one the proxy reports.</param>
/// <param name="UserAgent">Truncated to 512 characters.</param>
/// <param name="RequestId">The value of the <c>X-Request-ID</c> header, or one made here.</param>
internal sealed record RequestOrigin(IPAddress? Address, string? UserAgent, string RequestId)
{
    /// <summary>The network of requests without an address.</summary>
    public const string UnknownNetwork = "unknown";

    private const int MaxUserAgentLength = 512;

    /// <summary>The address, or the /64 of an IPv6 address, all of which belongs to one subscriber.</summary>
    public string Network => NetworkOf(Address);

    /// <summary>How the ids of the operator's own acts begin; no request from the network has such a one.</summary>
    public const string CommandLineId = "cli-";

    /// <summary>The operator at the command line, who has no address and no account.</summary>
    public static RequestOrigin CommandLine { get; } = new(null, "command line", $"{CommandLineId}{Guid.NewGuid():N}");

    /// <summary>Whether the operator acts, and not an account.</summary>
    public bool IsCommandLine => ReferenceEquals(this, CommandLine);

    public static ValueTask<RequestOrigin?> BindAsync(HttpContext context) => new(Of(context));

    public static RequestOrigin Of(HttpContext context) =>
        new(Plain(context.Connection.RemoteIpAddress), Printable(context.Request.Headers.UserAgent), context.TraceIdentifier);

    public static string NetworkOf(IPAddress? address)
    {
        if (Plain(address) is not { AddressFamily: AddressFamily.InterNetworkV6 } v6)
        {
            return Plain(address)?.ToString() ?? UnknownNetwork;
        }

        var bytes = v6.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    // Anything but plain ASCII is cleaned: PostgreSQL would refuse NUL, and what turns or hides text could forge lines of the audit log.
    private static string? Printable(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? DeviceLabel.Clean(text, MaxUserAgentLength)
        : text[..Math.Min(text.Length, MaxUserAgentLength)];
}
