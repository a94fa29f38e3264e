using System.Net;
using System.Net.Sockets;

namespace AuthServer.Platform.Web;

/// <summary>Where a request came from, as far as that is known.</summary>
/// <param name="Address">The client's address; behind a configured proxy, the one the proxy reports.</param>
/// <param name="UserAgent">Truncated to 512 characters.</param>
/// <param name="RequestId">The value of the <c>X-Request-ID</c> header.</param>
internal sealed record RequestOrigin(IPAddress? Address, string? UserAgent, string RequestId)
{
    /// <summary>The network of requests without an address.</summary>
    public const string UnknownNetwork = "unknown";

    private const int MaxUserAgentLength = 512;

    /// <summary>The address, or the /64 of an IPv6 address, all of which belongs to one subscriber.</summary>
    public string Network => NetworkOf(Address);

    /// <summary>The operator at the command line, who has no address and no account.</summary>
    public static RequestOrigin CommandLine { get; } = new(null, "command line", $"cli-{Guid.NewGuid():N}");

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

    // PostgreSQL would refuse NUL, and other control characters could forge lines in printed output.
    private static string? Printable(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var kept = text.AsSpan(0, Math.Min(text.Length, MaxUserAgentLength));
        return kept.ContainsAnyExceptInRange(' ', '~')
            ? string.Create(kept.Length, kept, static (printable, from) =>
            {
                for (var index = 0; index < from.Length; index++)
                {
                    printable[index] = char.IsControl(from[index]) || char.IsSurrogate(from[index]) ? ' ' : from[index];
                }
            })
            : kept.ToString();
    }
}
